"""Forced selling of one coin as it stands: sums as floors, ratios, the largest, the pace."""

from __future__ import annotations

from functools import partial

import msgspec

from desktop.domain.market import LiquidatedSide
from desktop.engine.indicators.measured import Judge, Measure, warming
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.heard_feeds import CoinHeard
from desktop.risk.acceleration import LEAST_OF_INTEREST, RECENT_HOURS, acceleration
from desktop.risk.freshness import age_words
from desktop.risk.hawkes import offspring
from desktop.risk.indicators.catalogue_flow import WINDOWS
from desktop.risk.liquidations import LEAST_HEARD, TOO_FEW, imbalance, imbalance_floor_usd, intensity
from desktop.risk.print_counts import SATURATED
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.self_excitation import LEAST_HEARD_MS, LEAST_PRINTS, Branching
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_RECENT_MS = RECENT_HOURS * HOUR_MS
SLOWING = "slower for three quarters of an hour, and under half of its peak"
IN_NO_ORDER = "which was first cannot be told: their delays are as long as the gaps"


class FlowIndicators:
    """Readings of what was closed by force. A sum of nothing counts as zero only where the feed was heard."""

    def __init__(self, track: CoinTrack, heard: CoinHeard) -> None:
        self._orders = track.boards.orders
        self._heard = heard

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        found: dict[str, Measure] = {}
        for window, window_ms in WINDOWS.items():
            for side in ("long", "short"):
                found[f"LIQ_VOL_{side.upper()}_{window}"] = partial(self._volume, side, window_ms)
        for window, window_ms in (("1H", HOUR_MS), ("4H", 4 * HOUR_MS), ("24H", DAY_MS)):
            found[f"LIQ_INT_{window}"] = partial(self._intensity, window_ms)
        for window in ("5M", "1H", "24H"):
            found[f"LIQ_IMB_{window}"] = partial(self._imbalance, WINDOWS[window])
        for window in ("1H", "24H"):
            found[f"LIQ_MAX_{window}"] = partial(self._largest, WINDOWS[window])
        others: dict[str, Measure] = {
            "LIQ_N": self._count,
            "LIQ_ACC": self._acceleration,
            "HAWKES_N": self._excitation,
            "VENUE_SEQ": self._sequence,
        }
        return {**found, **others}

    def judges(self) -> dict[str, Judge]:
        """Return by id what decides about a level besides its bounds."""
        return {"LIQ_N": self._saturated, "LIQ_ACC": self._weighty, "HAWKES_N": self._excited}

    def _volume(self, side: LiquidatedSide, window_ms: int, now_ms: int) -> Reading:
        tally = self._orders.measures.tally
        usd = (tally.long_usd if side == "long" else tally.short_usd)(window_ms, now_ms)
        return self._of_prints(usd, window_ms, now_ms)

    def _of_prints(self, value: float, window_ms: int, now_ms: int) -> Reading:
        """Return a sum, count or maximum of prints as a floor."""
        heard = self._heard.over(window_ms, now_ms)
        newest_ms = self._orders.newest_ms
        if heard.state is State.UNKNOWN:
            return unknown(heard.reason, newest_ms)
        warm = min(1.0, heard.share / LEAST_HEARD)
        if value <= 0 and warm < 1:
            words = f"heard for {age_words(round(heard.share * window_ms))} of {age_words(window_ms)}"
            return Reading(None, State.WARMING, now_ms, coverage=heard.coverage, reason=words, warm=warm)
        return Reading(
            value,
            heard.state,
            newest_ms or now_ms,
            floor=True,
            coverage=heard.coverage,
            reason=heard.reason,
            warm=warm,
            venues=heard.venues,
            sampled=heard.sampled,
            since_ms=heard.since_ms,
        )

    def _intensity(self, window_ms: int, now_ms: int) -> Reading:
        volume = self._of_prints(self._orders.measures.tally.long_usd(window_ms, now_ms), window_ms, now_ms)
        if volume.value is None:
            return volume
        share = intensity(volume.value, self._heard.over(window_ms, now_ms).interest_usd)
        if share is None:
            return unknown("open interest unknown", volume.as_of_ms)
        return msgspec.structs.replace(volume, value=share)

    def _imbalance(self, window_ms: int, now_ms: int) -> Reading:
        tally = self._orders.measures.tally
        long_usd, short_usd = tally.long_usd(window_ms, now_ms), tally.short_usd(window_ms, now_ms)
        both = self._of_prints(long_usd + short_usd, window_ms, now_ms)
        if both.value is None:
            return both
        floor_usd = imbalance_floor_usd(self._heard.over(window_ms, now_ms).interest_usd) * window_ms / HOUR_MS
        ratio = imbalance(long_usd, short_usd, floor_usd)
        if ratio is None:
            return unknown(TOO_FEW, both.as_of_ms)
        return msgspec.structs.replace(both, value=ratio, floor=False)

    def _largest(self, window_ms: int, now_ms: int) -> Reading:
        return self._of_prints(self._orders.measures.largest.at(window_ms, now_ms).usd or 0.0, window_ms, now_ms)

    def _count(self, now_ms: int) -> Reading:
        return self._of_prints(float(self._orders.measures.counter.at(now_ms).prints), MINUTE_MS, now_ms)

    def _saturated(self, reading: Reading, level: Level, now_ms: int) -> Level:
        full = self._orders.measures.counter.at(now_ms).saturation > SATURATED
        return max(level, Level.WARNING) if full else level

    def _acceleration(self, now_ms: int) -> Reading:
        recent, day = (self._orders.measures.tally.long_usd(window_ms, now_ms) for window_ms in (_RECENT_MS, DAY_MS))
        heard = self._heard.over(DAY_MS, now_ms)
        warm = min(1.0, heard.share / LEAST_HEARD)
        reading = self._of_prints(day, DAY_MS, now_ms)
        if reading.value is None:
            return reading
        if warm < 1:
            words = f"heard for {age_words(round(heard.share * DAY_MS))} of {age_words(DAY_MS)}"
            return Reading(None, State.WARMING, now_ms, coverage=heard.coverage, reason=words, warm=warm)
        pace = acceleration(recent, max(0.0, day - recent))
        words = reading.reason or (SLOWING if self._orders.measures.slowing.slows(now_ms) else "")
        return msgspec.structs.replace(reading, value=pace, floor=False, reason=words)

    def _weighty(self, reading: Reading, level: Level, now_ms: int) -> Level:
        interest = self._heard.over(DAY_MS, now_ms).interest_usd
        recent = self._orders.measures.tally.long_usd(_RECENT_MS, now_ms)
        if not interest or recent < LEAST_OF_INTEREST * interest:
            return Level.CALM
        # Slowing takes one step off and never more: it is no all-clear.
        return Level(max(Level.CALM, level - 1)) if self._orders.measures.slowing.slows(now_ms) else level

    def _excitation(self, now_ms: int) -> Reading:
        heard = self._heard.over(6 * HOUR_MS, now_ms)
        newest_ms = self._orders.newest_ms
        if heard.state is State.UNKNOWN:
            return unknown(heard.reason, newest_ms)
        found = self._orders.measures.excitation.last() or self.refitted(now_ms)
        if found.fit is None and found.prints >= LEAST_PRINTS:
            heard_ms = 0 if heard.since_ms is None else now_ms - heard.since_ms
            return warming(f"needs {age_words(LEAST_HEARD_MS)} without a hole", heard_ms / LEAST_HEARD_MS, newest_ms)
        if found.fit is None:
            return unknown(f"{found.prints} prints in 6 h: {LEAST_PRINTS} are needed", newest_ms)
        interval = "" if found.fit.low is None else f"95 %: {found.fit.low:.2f} to {found.fit.high:.2f}; "
        brings = offspring(found.fit.ratio)
        words = interval + (f"one brings {brings:.1f} in all" if brings is not None else "")
        return Reading(
            found.fit.ratio,
            heard.state,
            found.fitted_ms,
            reason=heard.reason or words,
            venues=heard.venues,
            sampled=heard.sampled,
        )

    def refitted(self, now_ms: int) -> Branching:
        """Fit the branching ratio anew if the last fit is five minutes old: that takes some milliseconds."""
        self._orders.measures.excitation.listen(self._heard.over(6 * HOUR_MS, now_ms).since_ms)
        return self._orders.measures.excitation.at(now_ms)

    def _excited(self, reading: Reading, level: Level, now_ms: int) -> Level:
        """Grant warning and critical only to ratios that are high in themselves too."""
        ratio = reading.value or 0.0
        most = Level.CRITICAL if ratio >= 0.9 else Level.WARNING if ratio >= 0.8 else Level.NOTABLE
        return min(level, most)

    def _sequence(self, now_ms: int) -> Reading:
        heard = self._heard.over(15 * MINUTE_MS, now_ms)
        newest_ms = self._orders.newest_ms
        if heard.state is State.UNKNOWN:
            return unknown(heard.reason, newest_ms)
        found = self._orders.measures.sequence.at(now_ms, self._heard.latencies_ms())
        unsure = len(found.venues) > 1 and not found.ordered
        judged = [venue for venue in heard.venues if venue not in found.unjudged]
        if not judged and not found.venues:
            return unknown("no venue's open interest or history is known yet", newest_ms)
        return Reading(
            float(len(found.venues)),
            heard.state,
            now_ms,
            floor=True,
            reason=heard.reason or (IN_NO_ORDER if unsure else ""),
            venues=(tuple(sorted(found.venues)) if unsure else found.venues) or tuple(judged),
            sampled=heard.sampled,
            since_ms=heard.since_ms,
            baseline="factory" if found.factory else "",
        )

    def sample(self, now_ms: int) -> None:
        """Take the hour's 5-minute sums of the venues that are heard into their own histories."""
        for venue in self._heard.over(HOUR_MS, now_ms).venues:
            self._orders.measures.sequence.sample(venue, now_ms)
