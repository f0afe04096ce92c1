"""Made-up context for the practice world, in the documented forms of the real sources. It says that it is made up."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from desktop.engine.ports import Clock
from desktop.venues.context.sources import FEAR_GREED, FEES, KEYLESS, MEMPOOL, STABLECOINS, ContextSource
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer, text_answer

SAID_BY = "practice, made up"
_DAYS = 400
_SUPPLY_USD = {"USDT": 150e9, "USDC": 60e9, "USDe": 6e9, "DAI": 5e9}
_FILES = {"VIX": 18.0, "GVZ": 17.0, "OVX": 34.0}
_FIRST_FEE, _FEE_SWING = 12.0, 9.0
_WAVE_HOURS = 6.0


def practice_sources(base_url: str) -> dict[str, ContextSource]:
    """Return the sources that need no key, asked at this server instead: one host, that bears them all at once."""
    return {name: ContextSource(base_url, source.questions, source.every_s) for name, source in KEYLESS.items()}


class PracticeContext:
    """Answers as the sources do, with figures that follow the world's clock and nothing else."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[str, Callable[[], HttpAnswer]] = {
            STABLECOINS.path: self._stablecoins,
            FEAR_GREED.path: self._feelings,
            FEES.path: self._fees,
            MEMPOOL.path: self._mempool,
            "/fapi/v1/klines": self._metal,
            "/info": self._shares,
        }

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request."""
        name = request.path.rsplit("/", 1)[-1].removesuffix("_History.csv")
        if name in _FILES:
            return self._file(name)
        made = self._answers.get(request.path)
        return made() if made is not None else text_answer("Not Found", 404)

    def _wave(self, shift: float = 0.0) -> float:
        """Return a value between 0 and 1 that comes and goes with the hours."""
        hours = self._clock.now_ms() / 3_600_000
        return 0.5 + 0.5 * math.sin(2 * math.pi * (hours / _WAVE_HOURS) + shift)

    def _stablecoins(self) -> HttpAnswer:
        coins = [
            {
                "symbol": symbol,
                "pegType": "peggedUSD",
                "price": round(1.0 - 0.0004 * self._wave(place), 6),
                "circulating": {"peggedUSD": usd},
            }
            for place, (symbol, usd) in enumerate(_SUPPLY_USD.items())
        ]
        return json_answer({"peggedAssets": coins})

    def _feelings(self) -> HttpAnswer:
        rows = [
            {"value": str(round(45 + 25 * math.sin(number / 9))), "timestamp": str(int(day.timestamp()))}
            for number, day in self._days()
        ]
        return json_answer({"name": "Fear and Greed Index", "data": rows[::-1]})

    def _fees(self) -> HttpAnswer:
        fee = round(_FIRST_FEE + _FEE_SWING * self._wave(), 1)
        slow = {"hourFee": fee / 2, "economyFee": 2, "minimumFee": 1}
        return json_answer({"fastestFee": fee * 1.5, "halfHourFee": fee, **slow})

    def _mempool(self) -> HttpAnswer:
        vsize = round(60e6 + 50e6 * self._wave())
        return json_answer({"count": vsize // 400, "vsize": vsize, "total_fee": vsize * 8})

    def _file(self, name: str) -> HttpAnswer:
        middle = _FILES[name]
        lines = ["DATE,OPEN,HIGH,LOW,CLOSE" if name == "VIX" else f"DATE,{name}"]
        for number, day in self._days():
            close = f"{middle * (1 + 0.2 * math.sin(number / 11)):.2f}"
            lines.append(f"{day:%m/%d/%Y}," + (",".join([close] * 4) if name == "VIX" else close))
        return HttpAnswer(200, "\n".join(lines).encode(), "text/csv")

    def _metal(self) -> HttpAnswer:
        return json_answer([[at_ms, *[f"{4_000 * close:.2f}"] * 4] for at_ms, close in self._closes(7)])

    def _shares(self) -> HttpAnswer:
        return json_answer([{"t": at_ms, "c": f"{6_800 * close:.2f}"} for at_ms, close in self._closes(5)])

    def _closes(self, pace: int) -> list[tuple[int, float]]:
        """Return days with a quiet price around 1, and moves of about one per cent."""
        return [
            (int(day.timestamp()) * 1000, 1 + 0.01 * math.sin(number * pace) + 0.02 * math.sin(number / 23))
            for number, day in self._days()
        ]

    def _days(self) -> list[tuple[int, datetime]]:
        """Return the days until yesterday with their numbers since 1970, oldest first."""
        today = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        days = [today - timedelta(days=ago) for ago in range(_DAYS, 0, -1)]
        return [(int(day.timestamp()) // 86_400, day) for day in days]
