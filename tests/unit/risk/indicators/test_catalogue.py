"""The catalogue holds every row of the indicator table, and its document is up to date."""

from __future__ import annotations

import pytest

from desktop.risk.indicators.catalogue import CATALOGUE, touched_by
from desktop.risk.reading import Level
from tests.indicator_table import DOCUMENT, document

_TABLE = """
LIQ_VOL_side LIQ_INT LIQ_IMB LIQ_MAX LIQ_N LIQ_ACC HAWKES_N VENUE_SEQ BREADTH
FUND_OIW FUND_7D FUND_DISP FUND_PERSIST PREM BASIS_ANN OI_CHG OI_PEAK OI_SPOTVOL ELR
DEPTH_REL SPREAD SLIP_Q DEPTH_OI AMIHUD KYLE RV PARK JUMP SEASON
LEVEL CASCADE_K PEG ETF_FLOW XASSET FNG VENUE_HEALTH
"""
ROWS = _TABLE.split()


def test_every_row_of_the_table_is_declared_and_none_besides() -> None:
    assert len(ROWS) == 36
    assert {indicator.row for indicator in CATALOGUE.values()} == set(ROWS)


def test_every_id_is_declared_once() -> None:
    assert all(name == indicator.id for name, indicator in CATALOGUE.items())
    assert {"LIQ_VOL_LONG_30D", "LIQ_IMB_5M", "RV_24H", "PARK_6H", "LEVEL_7D", "SLIP_100K"} <= set(CATALOGUE)


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.indicator_table"


@pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=CATALOGUE)
def test_each_indicator_is_whole(indicator) -> None:  # type: ignore[no-untyped-def]
    assert indicator.words.endswith((".", "!"))
    assert indicator.evidence
    assert indicator.period_ms > 0
    assert indicator.scale > 0
    assert indicator.beside in ("", *CATALOGUE)
    assert (indicator.history == "none") == (indicator.least == 0)
    levels = indicator.levels
    if levels is not None and levels.by_percentile:
        assert indicator.history != "none", "percentiles need a past"
    bounds = [] if levels is None else [bound for bound in levels.bounds if bound is not None]
    rising = levels is not None and levels.kind not in ("at_most", "low_percentile")
    assert bounds == sorted(bounds, reverse=not rising)
    if indicator.baseline is not None:
        points = indicator.baseline.points
        assert list(points) == sorted(points)
        assert [value for _, value in points] == sorted(value for _, value in points)


def test_what_a_message_touches_follows_from_the_declarations() -> None:
    assert "LIQ_INT_1H" in touched_by("print")
    assert "OI_CHG_4H" in touched_by("interest")
    assert "OI_CHG_4H" not in touched_by("print")


def test_standing_meets_the_percentiles_at_the_levels() -> None:
    change = CATALOGUE["OI_CHG_4H"]
    for value, standing in ((0.01, 0.0), (0.0, 0.0), (-0.0125, 0.475), (-0.025, 0.95), (-0.052, 0.99), (-0.2, 0.999)):
        level = change.levels.of(value, None)  # type: ignore[union-attr]
        assert change.standing(value, None, level) == pytest.approx(standing)


def test_standing_takes_the_calmer_of_own_percentile_and_level() -> None:
    strength = CATALOGUE["LIQ_INT_1H"]
    assert strength.standing(0.02, 0.5, Level.CALM) == 0.5
    assert strength.standing(0.02, None, Level.CRITICAL) == 0.999
    assert strength.standing(1e-7, 0.999, Level.CALM) == pytest.approx(0.95 * 1e-7 / 0.00085)


def test_a_level_that_was_not_granted_stands_under_notable() -> None:
    imbalance = CATALOGUE["LIQ_IMB_1H"]
    assert imbalance.standing(1.0, None, Level.CALM) == 0.94
    assert CATALOGUE["HAWKES_N"].standing(0.7, 0.9995, Level.NOTABLE) == pytest.approx(0.989)
    assert CATALOGUE["PREM"].standing(-200.0, None, Level.NOTABLE) == pytest.approx(0.989)


def test_what_usually_lies_beyond_its_bounds_says_nothing_without_a_past() -> None:
    for name, value in (("CASCADE_K", 4.0), ("FUND_PERSIST", 21.0)):
        indicator = CATALOGUE[name]
        levels = indicator.levels
        assert levels is not None
        assert levels.of(value, None) is Level.CALM
        assert indicator.standing(value, None, Level.CALM) is None
        assert levels.of(value, 0.6) is Level.CALM
        assert indicator.standing(value, 0.6, Level.CALM) == 0.6
        assert levels.of(value, 1.0) is Level.CRITICAL
        assert indicator.standing(value, 1.0, Level.CRITICAL) == 0.999


def test_the_weeks_low_is_near_on_many_days_and_counts_where_that_is_rare() -> None:
    levels = CATALOGUE["LEVEL_7D"].levels
    assert levels is not None
    assert [levels.of(0.015, p) for p in (0.3, 0.05)] == [Level.CALM, Level.NOTABLE]
    assert [levels.of(-0.02, p) for p in (0.02, 0.0005)] == [Level.NOTABLE, Level.CRITICAL]


def test_low_tails_stand_high() -> None:
    assert CATALOGUE["DEPTH_OI"].standing(0.001, 0.01, Level.WARNING) == pytest.approx(0.99)


def test_a_baseline_is_linear_between_its_points_and_ends_at_its_last() -> None:
    baseline = CATALOGUE["HAWKES_N"].baseline
    assert baseline is not None
    assert baseline.share(0.34) == pytest.approx(0.5)
    assert baseline.share(0.47) == pytest.approx(0.725)
    assert baseline.share(0.17) == pytest.approx(0.25)
    assert baseline.share(5.0) == 0.999
