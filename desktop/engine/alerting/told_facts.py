"""What the engine's other parts tell the rules: exposure, venue health, wallet, keys. Nobody told: unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from desktop.alerts.facts import FACTS
from desktop.alerts.judgement import Facts
from desktop.domain.market import WithdrawalStatus
from desktop.domain.venue_names import venue_name
from desktop.engine.market.market_state import VenueFeed
from desktop.risk.freshness import STREAM_DEAD_MS
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Reading, State, unknown

MARKET_INDICATORS = frozenset(indicator.id for indicator in CATALOGUE.values() if indicator.where == "market")
_UNTOLD = "nobody has told it"


class ToldFacts:
    """The facts of `desktop.alerts.facts`, each as it was told last. Engine thread."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Reading] = {}
        self._out: dict[str, dict[str, dict[str, bool | None]]] = {}

    def tell(self, name: str, subject: str, reading: Reading) -> None:
        """Take a fact about a coin or venue (empty subject: market or desk). Raise KeyError for an unknown name."""
        self._told[FACTS[name].id, subject] = reading

    def tell_value(self, name: str, subject: str, value: float | None, now_ms: int, words: str = "") -> None:
        """Take a plain value; None forgets it. `words` become the note of an incident."""
        if value is None:
            self._told.pop((name, subject), None)
        else:
            self.tell(name, subject, Reading(value, State.LIVE, now_ms, reason=words))

    def reading(self, name: str, subject: str) -> Reading:
        """Return the fact for this coin or venue; those of market and desk are the same for all."""
        key = (name, "" if FACTS[name].where in ("market", "desk") else subject)
        return self._told.get(key) or unknown(_UNTOLD)

    def known(self, names: Iterable[str], subject: str) -> bool:
        """Return whether every one of these facts was told."""
        return all(self.reading(name, subject).value is not None for name in names if name in FACTS)

    def joined(self, facts: Facts, subject: str, market: Facts) -> Facts:
        """Return the facts of a coin or venue with those of the market and what was told; each is made once."""

        def once(own: Callable[[str], Reading], wide: Callable[[str], Reading]) -> Callable[[str], Reading]:
            seen: dict[str, Reading] = {}

            def read(name: str) -> Reading:
                found = seen.get(name)
                if found is None:
                    if name in FACTS:
                        found = self.reading(name, subject)
                    else:
                        found = (wide if name in MARKET_INDICATORS else own)(name)
                    seen[name] = found
                return found

            return read

        return msgspec.structs.replace(
            facts, reading=once(facts.reading, market.reading), graded=once(facts.graded, market.graded)
        )

    def feeds(self, feeds: Mapping[str, VenueFeed], now_ms: int) -> None:
        """Take the silence of every venue's stream; one that a person switched off is not silent."""
        silent = watched = 0
        for venue, feed in feeds.items():
            silent_ms = feed.silent_ms(now_ms)
            silent += silent_ms >= STREAM_DEAD_MS
            watched += feed.state(now_ms) != "off"
            words = feed.view(now_ms).reason if silent_ms >= STREAM_DEAD_MS else feed.trouble(now_ms)
            self.tell_value("FEED_SILENCE", venue, silent_ms / 1000, now_ms, words)
        self.tell_value("FEEDS_SILENT", "", silent / watched if watched else None, now_ms)

    def withdrawals(self, status: WithdrawalStatus, now_ms: int) -> None:
        """Take whether a venue lets a coin out over a network: a coin is shut in when no network is open."""
        self._out.setdefault(status.venue, {}).setdefault(status.coin, {})[status.network] = status.open
        coins = self._out[status.venue]
        shut = sorted(coin for coin, ways in coins.items() if all(is_open is False for is_open in ways.values()))
        self.tell_value("WITHDRAWALS_SUSPENDED", status.venue, len(shut), now_ms, _shut_words(status.venue, shut))
        every = [venue for venue in self._out if self.reading("WITHDRAWALS_SUSPENDED", venue).value]
        self.tell_value("VENUES_SUSPENDED", "", len(every), now_ms)


def _shut_words(venue: str, coins: list[str]) -> str:
    return f"{venue_name(venue)} lets {', '.join(coins)} out over no network" if coins else ""
