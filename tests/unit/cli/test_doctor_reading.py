import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.cli.doctor_reading import look_at_reading
from desktop.domain.market import Liquidation
from desktop.venues.bybit import parse as bybit_parse

HEAD = json.dumps({"seawall_conformance": 1, "instruments": []})
ROW = {"T": 1790000000123, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "80000"}
FRAME = json.dumps({"topic": "allLiquidation.BTCUSDT", "ts": 1790000000123, "data": [ROW]})


def written(path: Path, side: str, times: int = 1) -> Path:
    case = {
        "name": "a long", "venue": "bybit", "channel": "/v5/public/linear", "frame": FRAME,
        "expect": [{"kind": "liquidation", "side": side}],
    }  # fmt: skip
    path.write_text("\n".join([HEAD, *[json.dumps(case)] * times]))
    return path


def test_the_shipped_messages_are_read_right_here() -> None:
    finding = look_at_reading()
    assert finding.state == "ok"
    assert "hyperliquid, context, withdrawals" in finding.found


def test_a_parser_that_takes_a_side_for_the_other_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = bybit_parse.quick

    def turned(*args: Any) -> tuple[Any, ...]:
        other = {"long": "short", "short": "long"}
        return tuple(
            msgspec.structs.replace(one, side=other[one.side]) if isinstance(one, Liquidation) else one
            for one in right(*args)
        )

    monkeypatch.setattr(bybit_parse, "quick", turned)
    finding = look_at_reading()
    assert finding.state == "missing"
    assert "bybit, S is the side of the position: Buy means that a long was closed" in finding.found
    assert "side of the liquidation is 'short', not 'long'" in finding.found
    assert all(other not in finding.found for other in ("binance", "okx", "hyperliquid"))


def test_a_misread_message_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    finding = look_at_reading([written(tmp_path / "bybit.jsonl", "short", times=7)])
    assert finding.state == "missing"
    assert finding.found.startswith("7 of 7 would be misread: bybit, a long: side of the liquidation is 'long', not")
    assert finding.found.endswith("and 2 more")
    assert not finding.needed


def test_a_corpus_that_is_gone_or_broken_is_told(tmp_path: Path) -> None:
    gone = look_at_reading([tmp_path / "none.jsonl"])
    assert (gone.state, "none.jsonl cannot be read" in gone.found) == ("missing", True)
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{")
    assert "broken.jsonl, line 1" in look_at_reading([broken]).found
