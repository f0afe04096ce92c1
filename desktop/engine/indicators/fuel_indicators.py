"""What could burn in one coin: funding over venues and weeks, basis, leverage against spot and reserves."""

from __future__ import annotations

from desktop.engine.indicators.context_board import ContextBoard
from desktop.engine.indicators.measured import Measure, aged, of_estimate, warming
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.ticker_board import PERIOD_MS
from desktop.risk.context import ratio
from desktop.risk.freshness import age_words, freshness
from desktop.risk.funding import SETTLEMENTS
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.open_interest import weighted_share
from desktop.risk.reading import Reading, State, unknown

_RESERVES = {"BTC": "BTC_RESERVE"}
NO_RESERVES = "no source that is asked tells the coins on exchanges: only vendors estimate them, for pay"


class FuelIndicators:
    """Readings of funding, basis and leverage."""

    def __init__(self, track: CoinTrack, context: ContextBoard) -> None:
        self._track = track
        self._boards = track.boards
        self._context = context

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        return {
            "FUND_OIW": self._funding,
            "FUND_7D": self._week,
            "FUND_DISP": self._dispersion,
            "FUND_PERSIST": self._run,
            "BASIS_ANN": self._basis,
            "OI_SPOTVOL": self._spot,
            "ELR": self._leverage,
        }

    def _fresh_rates(self, now_ms: int) -> tuple[State, list[str], int]:
        said = self._boards.funding.by_venue
        period_ms = CATALOGUE["FUND_OIW"].period_ms
        states = {venue: freshness(now_ms - rate.at_ms, period_ms) for venue, rate in said.items()}
        newest_ms = max((rate.at_ms for rate in said.values()), default=0)
        for state in (State.LIVE, State.STALE):
            venues = [venue for venue, found in states.items() if found is state]
            if venues:
                return state, venues, newest_ms
        return State.UNKNOWN, [], newest_ms

    def _funding(self, now_ms: int) -> Reading:
        state, venues, as_of_ms = self._fresh_rates(now_ms)
        if not venues:
            return self._no_funding(as_of_ms, now_ms)
        weights = self._boards.weights()
        value = self._boards.funding.weighted(venues, weights)
        if value is None:
            return unknown("open interest unknown", as_of_ms)
        seen = {venue: float(venue in venues) for venue in weights if venue in venues or weights[venue] is not None}
        return Reading(value, state, as_of_ms, coverage=weighted_share(seen, weights), venues=tuple(venues))

    def _no_funding(self, as_of_ms: int, now_ms: int) -> Reading:
        return unknown(f"funding {age_words(now_ms - as_of_ms)} old" if as_of_ms else "no funding yet", as_of_ms)

    def _dispersion(self, now_ms: int) -> Reading:
        state, venues, as_of_ms = self._fresh_rates(now_ms)
        if not venues:
            return self._no_funding(as_of_ms, now_ms)
        found = self._boards.funding.spread(venues, self._boards.weights())
        if found is None:
            return unknown("needs two venues with funding and open interest", as_of_ms)
        return Reading(found.dispersion, state, as_of_ms, venues=tuple(venues))

    def _week(self, now_ms: int) -> Reading:
        found = self._track.hourly.slow.funding.week(now_ms)
        return of_estimate("FUND_7D", found, now_ms, "no funding yet")

    def _run(self, now_ms: int) -> Reading:
        past = self._track.hourly.slow.funding
        found, newest_ms = past.persistence(now_ms), past.week(now_ms).as_of_ms
        if found is None:
            known = past.settlements()
            if not known:
                return unknown("no funding yet")
            return warming(f"{known} of {SETTLEMENTS} settlements", known / SETTLEMENTS, newest_ms)
        reading = Reading(float(found.run), State.LIVE, newest_ms)
        return aged(reading, now_ms, CATALOGUE["FUND_PERSIST"].period_ms, "funding")

    def _basis(self, now_ms: int) -> Reading:
        tickers = self._boards.tickers
        index = self._boards.marks.index(now_ms)
        if not tickers.dated_ms:
            return unknown("no dated futures are read")
        if index is None:
            return unknown("no index price", tickers.dated_ms)
        value, venues = tickers.basis(index, now_ms)
        if value is None:
            return unknown(f"dated futures {age_words(now_ms - tickers.dated_ms)} old", tickers.dated_ms)
        return aged(Reading(value, State.LIVE, tickers.dated_ms, venues=venues), now_ms, PERIOD_MS, "dated futures")

    def _spot(self, now_ms: int) -> Reading:
        tickers = self._boards.tickers
        turnover = tickers.spot_turnover(now_ms)
        if not turnover:
            if not tickers.spot_ms:
                return unknown("no spot turnover is read")
            return unknown(f"spot turnover {age_words(now_ms - tickers.spot_ms)} old", tickers.spot_ms)
        weights = self._boards.weights()
        venues = tuple(venue for venue in turnover if weights.get(venue) is not None)
        open_usd = sum(weights[venue] or 0.0 for venue in venues)
        value = ratio(open_usd or None, sum(turnover[venue] for venue in venues))
        if value is None:
            return unknown("open interest unknown", tickers.spot_ms)
        return aged(Reading(value, State.LIVE, tickers.spot_ms, venues=venues), now_ms, PERIOD_MS, "spot turnover")

    def _leverage(self, now_ms: int) -> Reading:
        name = _RESERVES.get(self._track.coin)
        if name is None:
            return unknown("no source tells this coin's reserves on exchanges")
        reserve = self._context.reading(name, now_ms)
        coins = self._boards.interest_now(now_ms)[1]
        if reserve.value is None:
            return reserve if reserve.as_of_ms else unknown(NO_RESERVES)
        value = ratio(coins, reserve.value)
        if value is None:
            return unknown("open interest unknown", reserve.as_of_ms)
        return Reading(value, reserve.state, reserve.as_of_ms, reason=reserve.reason)
