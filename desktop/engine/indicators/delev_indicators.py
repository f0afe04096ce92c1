"""Deleveraging of one coin: how open interest changes, and what perpetuals cost against the index."""

from __future__ import annotations

from functools import partial

from desktop.engine.indicators.measured import Judge, Measure, aged, warming
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.heard_feeds import CoinHeard
from desktop.risk.freshness import age_words, freshness
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.open_interest import weighted_share
from desktop.risk.reading import Level, Reading, State, unknown

_HELD_BPS = -20.0
_RARE_Z = 3.0
HOURS_A_DAY = 24


class DelevIndicators:
    """Readings of open interest and premium."""

    def __init__(self, track: CoinTrack, heard: CoinHeard) -> None:
        self._track = track
        self._boards = track.boards
        self._heard = heard

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        changes: dict[str, Measure] = {f"OI_CHG_{h}H": partial(self._change, f"OI_CHG_{h}H") for h in (1, 4, 24)}
        return {**changes, "OI_PEAK": self._peak, "PREM": self._premium}

    def judges(self) -> dict[str, Judge]:
        """Return by id what decides about a level besides its bounds."""
        return {"PREM": self._held}

    def _fresh_venues(self, period_ms: int, now_ms: int) -> tuple[State, list[str], int]:
        """Return the best state among the venues' open interest, the venues in it, and the newest time."""
        said = {venue: of.at_ms for venue, of in self._boards.interest.by_venue.items() if of.at_ms}
        states = {venue: freshness(now_ms - at_ms, period_ms) for venue, at_ms in said.items()}
        newest_ms = max(said.values(), default=0)
        for state in (State.LIVE, State.STALE):
            venues = [venue for venue, found in states.items() if found is state]
            if venues:
                return state, venues, newest_ms
        return State.UNKNOWN, [], newest_ms

    def _change(self, name: str, now_ms: int) -> Reading:
        indicator = CATALOGUE[name]
        state, venues, as_of_ms = self._fresh_venues(indicator.period_ms, now_ms)
        if state is State.UNKNOWN:
            return self._no_interest(as_of_ms, now_ms)
        found = self._boards.interest.change(now_ms, indicator.window_ms, venues)
        if found is not None:
            seen = {venue: float(venue in found.venues) for venue in self._boards.interest.by_venue}
            coverage = weighted_share(seen, self._boards.weights())
            return Reading(found.fraction, state, as_of_ms, coverage=coverage, venues=found.venues)
        return self._against_stored(indicator.window_ms, state, venues, as_of_ms, now_ms)

    def _no_interest(self, as_of_ms: int, now_ms: int) -> Reading:
        words = f"open interest {age_words(now_ms - as_of_ms)} old" if as_of_ms else "no open interest yet"
        return unknown(words, as_of_ms)

    def _against_stored(self, window_ms: int, state: State, venues: list[str], as_of_ms: int, now_ms: int) -> Reading:
        book = self._boards.interest
        then = self._heard.stored_hour(now_ms - window_ms)
        if then is not None and then.oi_coins and set(then.oi_venues) <= book.by_venue.keys():
            # A venue whose past nobody knows counts at neither end.
            of = then.oi_venues or tuple(book.by_venue)
            now_coins = book.coins(of)
            if now_coins is not None:
                change = now_coins / then.oi_coins - 1
                return Reading(change, state, as_of_ms, reason="against a stored hour", venues=tuple(of))
        firsts = [first for venue in venues if (first := book.by_venue[venue].coins.first_ms()) is not None]
        warm = (now_ms - min(firsts)) / window_ms if firsts else 0.0
        return warming(f"needs {age_words(window_ms)}", warm, as_of_ms)

    def _peak(self, now_ms: int) -> Reading:
        indicator = CATALOGUE["OI_PEAK"]
        state, venues, as_of_ms = self._fresh_venues(indicator.period_ms, now_ms)
        slow = self._track.hourly.slow
        of = self._peak_venues(venues, now_ms)
        if of and not set(of) <= set(venues):
            return unknown(f"open interest of {', '.join(sorted(set(of).difference(venues)))} not known", as_of_ms)
        coins = self._boards.interest.coins(of or venues) if venues else None
        if state is State.UNKNOWN or coins is None:
            return self._no_interest(as_of_ms, now_ms)
        fall, warm = slow.from_peak(coins, now_ms, of, self._boards.interest_days.peak(of, now_ms))
        if fall is None:
            return warming("needs 30 days", warm, as_of_ms)
        seen = {venue: float(venue in of) for venue in venues} if of else {}
        coverage = weighted_share(seen, self._boards.weights())
        return Reading(fall, state, as_of_ms, coverage=coverage, venues=of or tuple(venues))

    def _peak_venues(self, live: list[str], now_ms: int) -> tuple[str, ...]:
        """Return the venues over which the peak is looked for: those whose past reaches furthest back together."""
        slow, days = self._track.hourly.slow, self._boards.interest_days
        of_hours, of_days = slow.peak_venues(now_ms), days.venues(now_ms, live)
        known_hours = max(slow.peak_hours(of_hours, now_ms), HOURS_A_DAY * days.peak(of_hours, now_ms)[1])
        known_days = HOURS_A_DAY * days.peak(of_days, now_ms)[1]
        return of_days if known_days > known_hours or set(of_days) > set(of_hours) else of_hours

    def _premium(self, now_ms: int) -> Reading:
        marks = self._boards.marks
        value = marks.premium.median(now_ms)
        if value is None:
            if not marks.premium_ms:
                return unknown("no index price yet")
            return unknown(f"no index for {age_words(now_ms - marks.premium_ms)}", marks.premium_ms)
        venues = marks.venues(now_ms)
        found = Reading(value, State.LIVE, marks.premium_ms, venues=venues)
        return aged(found, now_ms, CATALOGUE["PREM"].period_ms, "premium")

    def _held(self, reading: Reading, level: Level, now_ms: int) -> Level:
        """Grant a warning only after 5 min under -20 bp; what is rare for itself is notable."""
        held = self._boards.marks.premium.held(now_ms)
        if level is Level.WARNING and (held is None or held > _HELD_BPS):
            level = Level.NOTABLE
        rare = reading.z is not None and abs(reading.z) >= _RARE_Z
        return max(level, Level.NOTABLE) if rare else level
