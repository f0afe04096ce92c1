"""A year of minute bars of one coin, back-tested, beside a bare numpy pass over the same columns.

Prints seconds (median of interleaved rounds) for reading the CSV, for joining and judging with the cascade rule and
with all rules that bars can feed, and for the numpy pass: minutes joined to hours by reshape, intensity, imbalance,
24 h low, quantile over 720 rows. Then the ratios, and how soon a cancelled run ends.

    python benchmarks/backtest.py [--days 365] [--rounds 3]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from desktop.alerts.backtest import BacktestRun, evaluated_coin, feedable
from desktop.alerts.rules import Rule
from desktop.cli.backtest_bars import coin_hours
from desktop.domain.market import HourBar
from desktop.storage.bars_csv import BarsFile
from desktop.storage.rule_files import shipped_rules

_T0 = 1_735_689_600_000
_HEAD = (
    "timestamp,price_open,price_high,price_low,price_close,liquidation_long_usd,liquidation_short_usd,"
    "funding_close,oi_close\n"
)
Columns = npt.NDArray[np.float64]


def made_up(days: int) -> Columns:
    """Return minutes as columns open, high, low, close, long, short, funding, interest: a walk with storms."""
    rng = np.random.default_rng(11)
    count = days * 24 * 60
    storm = np.zeros(count)
    for start in rng.integers(0, count - 180, days // 8 + 1):
        storm[start : start + 120] = 1.0
    close = 80_000 * np.exp(np.cumsum(rng.normal(0, 0.0005, count) - 0.0004 * storm))
    opened = np.concatenate(([close[0]], close[:-1]))
    high = np.maximum(opened, close) * (1 + rng.gamma(1, 1e-4, count))
    low = np.minimum(opened, close) * (1 - rng.gamma(1, 1e-4, count))
    longs = rng.lognormal(9, 1, count) * (1 + 40 * storm)
    shorts = rng.lognormal(9, 1, count)
    return np.array([opened, high, low, close, longs, shorts, np.full(count, 0.01), np.full(count, 8e9)])


def written(folder: Path, columns: Columns) -> Path:
    """Return the path of a CSV with these minutes."""
    path = folder / "minutes.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for minute, row in enumerate(columns.T):
            file.write(f"{_T0 + minute * 60_000}," + ",".join(f"{cell:.8g}" for cell in row) + "\n")
    return path


def bare(columns: Columns) -> int:
    """Return how often rule A holds, by whole columns at once."""
    hours = columns.reshape(8, -1, 60)
    low, longs, shorts = hours[2].min(axis=1), hours[4].sum(axis=1), hours[5].sum(axis=1)
    interest = hours[7][:, -1]
    intensity = np.full(len(low), np.nan)
    intensity[1:] = longs[1:] / interest[:-1]
    lean = (longs - shorts) / (longs + shorts)
    before = np.full(len(low), np.inf)
    before[24:] = sliding_window_view(low, 24)[:-1].min(axis=1)
    bound = np.full(len(low), np.inf)
    for hour in range(241, len(low)):
        bound[hour] = max(0.0015, np.quantile(intensity[max(1, hour - 720) : hour], 0.975))
    return int(((intensity >= bound) & (lean >= 0.6) & (low < before)).sum())


def judged(rules: tuple[Rule, ...], bars: list[HourBar]) -> int:
    """Return how often the first rule fires."""
    return sum(1 for firing in BacktestRun(rules).over(evaluated_coin(bars)) if firing.rule == rules[0].id)


def read(path: Path) -> list[HourBar]:
    """Return the hours of the file."""
    file = BarsFile(path)
    try:
        return list(coin_hours(file))
    finally:
        file.close()


def seconds(work: Callable[[], object]) -> float:
    """Return how long this took."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cancelled(bars: list[HourBar]) -> float:
    """Return how long after the word a run ends."""
    said = 0.0

    def go_on(done: int) -> bool:
        nonlocal said
        if done == len(bars) // 2:
            said = time.perf_counter()
            return False
        return True

    for _ in BacktestRun(shipped_coin_rules()).over(evaluated_coin(bars), go_on):
        pass
    return time.perf_counter() - said


def shipped_coin_rules() -> tuple[Rule, ...]:
    """Return the shipped rules that bars of one coin can feed, the cascade rule first."""
    return tuple(rule for rule in shipped_rules() if feedable(rule, "coin"))


def rows(columns: Columns, path: Path, rounds: int) -> Iterator[tuple[str, float]]:
    """Yield (what, median seconds), measured in turns."""
    bars = read(path)
    every = shipped_coin_rules()
    works: dict[str, Callable[[], object]] = {
        "bare numpy pass, columns in memory": lambda: bare(columns),
        "numpy.loadtxt of the CSV": lambda: np.loadtxt(path, delimiter=",", skiprows=1),
        "read the CSV, join minutes to hours": lambda: read(path),
        "judge: cascade-started": lambda: judged(every[:1], bars),
        f"judge: all {len(every)} rules": lambda: judged(every, bars),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    for name, taken in times.items():
        yield name, median(taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    columns = made_up(args.days)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), columns)
        bars = read(path)
        ours, theirs = judged(shipped_coin_rules()[:1], bars), bare(columns)
        print(f"{columns.shape[1]:,} minutes, {len(bars):,} hours; rule A holds {ours} times here, {theirs} in numpy")
        found = dict(rows(columns, path, args.rounds))
    for name, taken in found.items():
        print(f"{name:45} {taken:8.3f} s")
    whole = found["read the CSV, join minutes to hours"] + found["judge: cascade-started"]
    numpy = found["numpy.loadtxt of the CSV"] + found["bare numpy pass, columns in memory"]
    print(f"file to firings, cascade-started / numpy      {whole / numpy:8.2f} ×")
    print(
        f"judging alone / bare numpy pass               "
        f"{found['judge: cascade-started'] / found['bare numpy pass, columns in memory']:8.2f} ×"
    )
    print(f"cancelled run ends after                      {cancelled(bars) * 1000:8.2f} ms")


if __name__ == "__main__":
    main()
