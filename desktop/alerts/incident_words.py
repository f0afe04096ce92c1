"""What an incident says in words: the same in the notification, the tray and the window."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from desktop.alerts.dead_man import FEED_DEAD
from desktop.alerts.facts import FACTS
from desktop.alerts.incidents import CHANNEL_FAILED, DIGEST, ENGINE_STALLED, RULES_REFUSED, Factor, Incident
from desktop.domain.key_ends import goes_on_reading
from desktop.domain.venue_names import venue_name
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level

LEVEL_WORDS = {
    Level.CALM: "Risk lower",
    Level.NOTABLE: "Notable",
    Level.WARNING: "Warning",
    Level.CRITICAL: "Critical",
}

KEY_EXPIRING = "key-expiring"
_LOSES_TRADING = "Key loses its right to trade soon"
_ONLY_READS = "Nothing for Seawall: it only reads, and that goes on. A key that may only read has no such end."
_RULE_WORDS = {
    "cascade-started": "Long cascade",
    "forced-selling": "Forced selling",
    "breadth": "Market-wide fall",
    "venues-in-sequence": "Venues fall in sequence",
    "oi-flush": "Open interest flushed",
    "support-broken": "Support broken",
    "book-thin": "Order book thin",
    "fuel": "Much fuel",
    "funding-extreme": "Funding extreme",
    "peg": "Stablecoin off its peg",
    "my-liquidation-distance": "My liquidation is near",
    "wick-test-failed": "Wick test failed",
    "idle-collateral": "Idle coins",
    "withdrawals-suspended": "Withdrawals suspended",
    "device-gone": "Wallet away",
    KEY_EXPIRING: "Key expires soon",
}
_WATCH_WORDS = {
    CHANNEL_FAILED: "An alert channel does not deliver",
    ENGINE_STALLED: "Seawall stood still",
    DIGEST: "What you missed",
    RULES_REFUSED: "Your rules cannot be read",
}
_STEPS = {
    FEED_DEAD: "Look at that exchange's own page; its numbers here are unknown, not calm.",
    CHANNEL_FAILED: "Try the channel in the settings; until then alerts come on the others.",
    ENGINE_STALLED: "Nothing to do if it stays the only time; else restart Seawall.",
    DIGEST: "Read it from the top, then look at what goes on now.",
    RULES_REFUSED: "Mend the line it names; until then the rules before stand.",
    "fuel": "Nothing to sell on this alone: see that your wallet is ready.",
    "funding-extreme": "Nothing to sell on this alone: see that your wallet is ready.",
    "my-liquidation-distance": "Reduce the position on the exchange or add margin; do not withdraw from it.",
    "wick-test-failed": "Reduce the position on the exchange or add margin; do not withdraw from it.",
    "idle-collateral": "Move what no position needs to your wallet, at leisure.",
    "withdrawals-suspended": "Try another network or venue; reduce on the exchange with limit orders.",
    "device-gone": "Connect the wallet again.",
    KEY_EXPIRING: "Make a new read-only key on the exchange and put its two halves into the keychain.",
    "peg": "Count collateral in that stablecoin for less; look at what rests on it.",
}
_MOVE = "Move what is idle on exchanges to your wallet while withdrawals are open."
_MISSED_LINES = 8


def subject(incident: Incident) -> str:
    """Return what happened without where: 'Long cascade', 'Feed silent', 'What you missed'."""
    if incident.rule in _WATCH_WORDS:
        return _WATCH_WORDS[incident.rule]
    # A notable cascade has not started yet: what leads it now says what it is.
    rule = incident.cause if incident.level <= Level.NOTABLE else incident.rule
    if rule == KEY_EXPIRING and goes_on_reading(incident.venue):
        return _LOSES_TRADING
    return _RULE_WORDS.get(rule, rule)


def title(incident: Incident) -> str:
    """Return a short headline, such as 'Warning: long cascade in BTC'."""
    if incident.rule == FEED_DEAD:
        others = f" and {len(incident.venues)} more" if incident.venues else ""
        return f"I cannot see {venue_name(incident.venue)}{others}"
    what = subject(incident)
    if incident.rule in _WATCH_WORDS:
        return what
    where = venue_name(incident.venue) or incident.coin
    more = f" and {len(incident.coins)} more" if incident.coins else ""
    place = f" {'at' if incident.venue else 'in'} {where}{more}" if where else ""
    return f"{LEVEL_WORDS[incident.level]}: {what[0].lower()}{what[1:]}{place}"


def next_step(incident: Incident, readiness: str = "") -> str:
    """Return the one next step for the person. `readiness` is what must be done first for a coin to leave, if any."""
    if incident.rule == KEY_EXPIRING and goes_on_reading(incident.venue):
        return _ONLY_READS
    step = _STEPS.get(incident.rule) or _STEPS.get(incident.cause)
    if step is not None:
        return step
    if incident.level <= Level.NOTABLE:
        return "Look at your positions and see that your wallet is ready; nothing must be moved on this alone."
    return f"{_MOVE} First: {readiness}" if readiness else _MOVE


def factor_words(factor: Factor) -> str:
    """Return one reason with its value and its threshold."""
    value, threshold = figure(factor.value, factor.unit), figure(factor.threshold, factor.unit)
    return f"{factor_name(factor)} {value} (threshold {threshold})"


def factor_name(factor: Factor) -> str:
    """Return the factor's name as people read it."""
    known = CATALOGUE.get(factor.name) or FACTS.get(factor.name)
    name = known.name if known is not None else factor.name
    return f"{name}, change over {factor.change_minutes} min" if factor.change_minutes else name


def figure(value: float | None, unit: str) -> str:
    """Return a value with its unit, or 'unknown'."""
    if value is None:
        return "unknown"
    if unit == "USD":
        return dollars(value)
    if unit in ("fraction", "fraction of OI", "share"):
        return f"{value * 100:.2f} %" + (" of OI" if unit.endswith("OI") else "")
    return f"{value:.2f}"


def eased_words(clock: str) -> str:
    """Say since when it is no longer so; never that all is well."""
    return f"no longer so since {clock}; kept in case it comes back"


def dollars(usd: float) -> str:
    """Return dollars in three figures, such as $1.23B, $788M or $4.5K."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(usd) >= size:
            scaled = usd / size
            digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
            return f"${scaled:.{digits}f}{letter}"
    return f"${usd:.0f}"


def with_next_step(incident: Incident) -> Incident:
    """Return the incident with its next step, as far as nothing is known of the person."""
    return msgspec.structs.replace(incident, next_step=next_step(incident))


def body(incident: Incident, *, private: bool = False) -> str:
    """Return why it rings, how complete the data is, and the one next step, in short lines.

    With `private` also what is known of me: for this machine alone, never for a third party.
    """
    known = [factor for factor in incident.factors[:3] if factor.name in CATALOGUE or factor.name in FACTS]
    lines = [factor_words(factor) for factor in known]
    if incident.note and (not lines or incident.rule == FEED_DEAD):
        lines = [incident.note]
    lines += [missed.what for missed in incident.missed[:_MISSED_LINES]]
    if len(incident.missed) > _MISSED_LINES:
        lines.append(f"and {len(incident.missed) - _MISSED_LINES} more")
    if incident.eased_ms is not None:
        lines.append(eased_words(f"{datetime.fromtimestamp(incident.eased_ms / 1000, UTC):%H:%M} UTC"))
    lines += [words for words in incident.supports if "broken" in words][:1]
    if incident.coverage is not None:
        lines.append(f"Totals are floors; data {incident.coverage * 100:.0f} % complete.")
    if private:
        lines += [words for words in (incident.exposure, incident.readiness) if words]
    lines.append(f"Next: {incident.next_step or next_step(incident)}")
    return "\n".join(lines)
