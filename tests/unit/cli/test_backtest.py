"""Rules over CSV bars, by the command people run."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import backtest
from desktop.cli.output import Output
from desktop.domain.errors import BadInput, WrongUsage

_T0 = 1_764_547_200_000
_HOUR = 3_600_000
_HEAD = (
    "timestamp,price_open,price_high,price_low,price_close,liquidation_long_usd,liquidation_short_usd,"
    "funding_close,oi_close"
)
_CASCADE = ("--rule", "cascade-started")
Bar = tuple[float, float, float, float, float, float]


def _calm(count: int) -> list[Bar]:
    """Return (open, high, low, close, long, short) of calm hours; open interest is 1e9 throughout."""
    rng = random.Random(7)
    bars = []
    for _ in range(count):
        low = 99.0 + rng.random() / 2
        bars.append((100.0, 101.0, low, 100.0, rng.random() * 1e6, 5e5))
    return bars


_STORM: Bar = (100.0, 100.0, 95.0, 96.0, 4e6, 1e5)


def _csv(tmp_path: Path, bars: Sequence[Bar], missing: Sequence[int] = ()) -> Path:
    path = tmp_path / "bars.csv"
    lines = [_HEAD]
    for hour, (opened, high, low, close, long_usd, short_usd) in enumerate(bars):
        if hour not in missing:
            lines.append(f"{_T0 + hour * _HOUR},{opened},{high},{low},{close},{long_usd},{short_usd},0.01,1000000000")
    path.write_text("\n".join(lines) + "\n")
    return path


def _run(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> tuple[list[dict[str, Any]], list[Any]]:
    parser = argparse.ArgumentParser()
    backtest.add_arguments(parser)
    assert backtest.run(parser.parse_args(["--history", str(path), *options]), Output(as_json=True)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["kind"] == "firing"], [line for line in lines if line["kind"] == "summary"]


def _by_hand(bars: Sequence[Bar]) -> list[int]:
    """Return the hours in which the written-down rule fires, in plain arithmetic over whole lists."""
    found, strengths = [], [bar[4] / 1e9 for bar in bars]
    for hour in range(241, len(bars)):
        before = sorted(strengths[max(1, hour - 720) : hour])
        place = 0.975 * (len(before) - 1)
        under = int(place)
        quantile = before[under] + (before[min(under + 1, len(before) - 1)] - before[under]) * (place - under)
        _, _, low, _, longs, shorts = bars[hour]
        lean = (longs - shorts) / (longs + shorts)
        new_low = low < min(bar[2] for bar in bars[hour - 24 : hour])
        if strengths[hour] >= max(0.0015, quantile) and lean >= 0.6 and new_low:
            found.append(hour)
    return found


def test_a_storm_after_enough_history_fires_with_its_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firings, summaries = _run(capsys, _csv(tmp_path, [*_calm(300), _STORM]), "--rule", "cascade-started")
    (firing,) = firings
    assert (firing["bar_open"], firing["known_at"]) == ("2025-12-13T12:00:00Z", "2025-12-13T13:00:00Z")
    assert (firing["rule"], firing["level"], firing["price"]) == ("cascade-started", "warning", 96.0)
    strength, lean, low = firing["factors"]
    assert (strength["name"], strength["value"], strength["threshold"]) == ("LIQ_INT_1H", 0.004, 0.0015)
    assert lean["value"] == pytest.approx(3.9 / 4.1)
    assert low["value"] < 0
    assert summaries[0]["firings"] == 1
    assert summaries[0]["bars"] == 301
    assert summaries[0]["per_30_days"] == pytest.approx(30 * 24 / 301, abs=0.01)
    assert summaries[0]["longest_silence_h"] == 301.0
    assert summaries[0]["at_night"] == 0


def test_firings_equal_the_same_rule_written_in_plain_arithmetic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(11)
    bars: list[Bar] = []
    price = 100.0
    for _ in range(1_100):
        close = price * (1 + rng.gauss(-0.0002, 0.006))
        low = min(price, close) * (1 - abs(rng.gauss(0, 0.003)))
        longs = 2e5 * rng.lognormvariate(0, 1.3) * (8 if close < price * 0.993 else 1)
        bars.append((price, max(price, close) * 1.001, low, close, longs, 2e5 * rng.lognormvariate(0, 1)))
        price = close
    expected = _by_hand(bars)
    assert len(expected) >= 5
    firings, _ = _run(capsys, _csv(tmp_path, bars), "--rule", "cascade-started")
    fired = [backtest.iso(_T0 + hour * _HOUR) for hour in expected]
    assert [firing["bar_open"] for firing in firings] == fired


def test_under_240_rows_of_history_nothing_fires(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 240 intensities need 241 rows: the first row has none before it.
    assert _run(capsys, _csv(tmp_path, [*_calm(240), _STORM]), *_CASCADE)[0] == []
    assert len(_run(capsys, _csv(tmp_path, [*_calm(241), _STORM]), *_CASCADE)[0]) == 1


def test_missing_hours_are_gaps_and_rows_count_not_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = [*_calm(300), _STORM]
    # 25 rows back lies a low under the storm's: out of reach of 24 rows, until one row between is missing.
    bars[300 - 25] = (100.0, 101.0, 94.0, 100.0, 1e5, 1e5)
    assert len(_run(capsys, _csv(tmp_path, bars), *_CASCADE)[0]) == 1
    firings, summaries = _run(capsys, _csv(tmp_path, bars, missing=(290,)), *_CASCADE)
    assert firings == []
    assert summaries[0]["bars"] == 300


def test_missing_columns_stay_unknown_and_fire_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path, [*_calm(300), _STORM])
    text = path.read_text().replace("oi_close", "something_else")
    path.write_text(text)
    firings, summaries = _run(capsys, path, *_CASCADE)
    assert firings == []
    assert summaries[0]["bars"] == 301


def test_finer_rows_are_resampled_to_the_same_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = [*_calm(300), _STORM]
    hourly = _run(capsys, _csv(tmp_path, bars), *_CASCADE)
    lines = [_HEAD]
    for hour, (opened, high, low, close, longs, shorts) in enumerate(bars):
        quarters = (
            (opened, high, opened, opened),
            (opened, opened, low, low),
            (low, close, low, close),
            (close,) * 4,
        )
        for number, prices in enumerate(quarters):
            cells = ",".join(repr(cell) for cell in (*prices, longs / 4, shorts / 4, 0.01, 1000000000))
            lines.append(f"{_T0 + hour * _HOUR + number * _HOUR // 4},{cells}")
    path = tmp_path / "quarters.csv"
    path.write_text("\n".join(lines) + "\n")
    assert _run(capsys, path, *_CASCADE) == hourly
    # Of an hour that has not ended nothing is known yet.
    path.write_text("\n".join(lines[:-1]) + "\n")
    assert _run(capsys, path, *_CASCADE)[0] == []


def test_rows_wider_than_an_hour_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path, _calm(60), missing=[hour for hour in range(60) if hour % 4])
    with pytest.raises(BadInput, match="4 hours apart"):
        _run(capsys, path)


def test_nights_are_those_of_the_time_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path, [*_calm(300), _STORM])
    assert _run(capsys, path, *_CASCADE)[1][0]["at_night"] == 0
    assert _run(capsys, path, "--timezone", "Pacific/Auckland", *_CASCADE)[1][0]["at_night"] == 1
    with pytest.raises(WrongUsage, match="Mars"):
        _run(capsys, path, "--timezone", "Mars/Base")


def _market_csv(tmp_path: Path, falls: Sequence[Sequence[float]]) -> Path:
    """Write hours of many coins; `falls` gives each coin's low under the previous close (100) by hour."""
    path = tmp_path / "market.csv"
    lines = ["timestamp,symbol,open,high,low,close,quote_volume"]
    for hour, of_coins in enumerate(falls):
        lines += [f"{_T0 + hour * _HOUR},C{n},100,101,{100 + fall},100,5" for n, fall in enumerate(of_coins)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_breadth_has_three_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    falls = [
        [0] * 10,
        [-6.0] * 1 + [-4.0] * 2 + [0] * 7,
        [-6.0] * 2 + [0] * 8,
        [-6.0] * 4 + [0] * 6,
        [-4.9] * 2 + [0] * 8,
    ]
    firings, summaries = _run(capsys, _market_csv(tmp_path, falls), "--rule", "breadth")
    told = [(firing["level"], firing["factors"][0]["name"], firing["factors"][0]["value"]) for firing in firings]
    assert told == [
        ("notable", "BREADTH_F3_1H", 0.3),
        ("warning", "BREADTH_F5_1H", 0.2),
        ("critical", "BREADTH_F5_1H", 0.4),
    ]
    assert (summaries[0]["bars"], summaries[0]["firings"]) == (5, 3)


def test_breadth_of_an_hour_without_the_hour_before_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _market_csv(tmp_path, [[0] * 4, [0] * 4, [-9.0] * 4])
    text = path.read_text().splitlines()
    path.write_text("\n".join(text[:5] + text[9:]) + "\n")
    firings, summaries = _run(capsys, path, "--rule", "breadth")
    assert firings == []
    assert summaries[0]["bars"] == 2


def test_own_rules_are_read_and_wrong_choices_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path, _calm(30))
    rules = tmp_path / "mine.toml"
    rules.write_text(
        '[[rule]]\nid = "paid"\neach = "coin"\n[[rule.level]]\nlevel = "notable"\n'
        'all = [{ indicator = "FUND_OIW", at_least = 0.0001 }]\n'
    )
    firings, summaries = _run(capsys, path, "--rules", str(rules))
    assert len(firings) == 30
    assert summaries[0]["rule"] == "paid"
    with pytest.raises(WrongUsage, match="no rule 'nothing'"):
        _run(capsys, path, "--rule", "nothing")
    with pytest.raises(BadInput, match="'breadth' needs bars"):
        _run(capsys, path, "--rule", "breadth")


def test_a_report_scores_the_rule_beside_plain_signals_and_random_alarms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _csv(tmp_path, [*_calm(300), _STORM, *_calm(30)])
    parser = argparse.ArgumentParser()
    backtest.add_arguments(parser)
    args = parser.parse_args(["--history", str(path), "--report", *_CASCADE])
    assert backtest.run(args, Output(as_json=True)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kind"] for line in lines[:2]] == ["firing", "summary"]
    scored = [line for line in lines if line["kind"] == "score"]
    assert {line["event"] for line in scored} == {"moderate", "severe"}
    assert {line["mode"] for line in scored} == {"predict", "detect"}
    assert {"cascade-started", "random", "return 4 h < -1.5 %"} <= {line["signal"] for line in scored}


def test_a_report_needs_one_coin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongUsage, match="one coin"):
        _run(capsys, _market_csv(tmp_path, [[0] * 4] * 3), "--report")


def test_a_rule_on_my_own_position_cannot_be_tried_on_bars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WrongUsage, match="no bars hold"):
        _run(capsys, _csv(tmp_path, _calm(30)), "--rule", "my-liquidation-distance")


def test_a_rule_of_other_coins_is_tried_on_the_file_s_coin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text(
        '[[rule]]\nid = "paid"\neach = "coin"\ncoins = ["DOGE"]\n[[rule.level]]\nlevel = "notable"\n'
        'all = [{ indicator = "FUND_OIW", at_least = 0.0001 }]\n'
    )
    assert len(_run(capsys, _csv(tmp_path, _calm(30)), "--rules", str(rules))[0]) == 30
