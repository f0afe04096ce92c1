"""The shipped table of margin tiers: dated, joined, and refused where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.risk.account.maintenance import by_leverage, schedule
from desktop.storage.margin_tier_file import shipped_tiers, tiers_from

TIER = {"lower": "0", "upper": None, "maintenance_rate": "0.01", "deduction": "0", "max_leverage": None}


def _file(tmp_path: Path, *tiers: dict[str, object]) -> Path:
    path = tmp_path / "tiers.json"
    table = {"venue": "x", "symbol": "X", "as_of": "2026-11-01", "source": "test", "tiers": tiers}
    path.write_text(json.dumps({"tables": [table]}), encoding="utf-8")
    return path


def test_what_is_shipped_is_dated_and_is_the_venues_own_rule() -> None:
    for table in shipped_tiers():
        assert table.as_of_ms > 1_700_000_000_000
        assert table.source
        if table.venue == "hyperliquid":
            steps = [(float(tier.lower), float(tier.max_leverage or 1)) for tier in table.tiers]
            assert schedule(table) == by_leverage(steps)


def test_a_table_is_read(tmp_path: Path) -> None:
    (table,) = tiers_from(_file(tmp_path, {**TIER, "upper": "10"}, {**TIER, "lower": "10"}))
    assert [tier.upper for tier in table.tiers] == [10, None]


@pytest.mark.parametrize(
    "tiers",
    [
        ({**TIER, "lower": "1"},),
        ({**TIER, "upper": "10"},),
        ({**TIER, "upper": "10"}, {**TIER, "lower": "11"}),
        ({**TIER, "maintenance_rate": "1"},),
        ({**TIER, "maintenance_rate": "x"},),
        ({**TIER, "deduction": "-1"},),
    ],
)
def test_a_table_with_a_hole_is_refused(tmp_path: Path, tiers: tuple[dict[str, object], ...]) -> None:
    with pytest.raises(BadInput, match="tier"):
        tiers_from(_file(tmp_path, *tiers))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        tiers_from(tmp_path / "absent.json")
    (tmp_path / "no.json").write_bytes(b"[]")
    with pytest.raises(BadInput, match="no table"):
        tiers_from(tmp_path / "no.json")
