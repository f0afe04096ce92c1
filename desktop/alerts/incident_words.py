"""What an incident says in words: the same in the notification, the tray and the window."""

from __future__ import annotations

from desktop.alerts.incidents import Factor, Incident
from desktop.risk.catalogue import CATALOGUE
from desktop.risk.reading import Level

LEVEL_WORDS = {
    Level.CALM: "Risk lower",
    Level.NOTABLE: "Notable",
    Level.WARNING: "Warning",
    Level.CRITICAL: "Critical",
}

_RULE_WORDS = {
    "cascade-started": "Long cascade",
    "feed-dead": "Feed silent",
    "breadth": "Market-wide fall",
}


def title(incident: Incident) -> str:
    """Return a short headline, such as 'Warning: long cascade in BTC'."""
    if incident.rule == "feed-dead":
        return f"I cannot see {incident.venue.capitalize()}"
    what = _RULE_WORDS.get(incident.rule, incident.rule)
    return f"{LEVEL_WORDS[incident.level]}: {what[0].lower()}{what[1:]} in {incident.coin}"


def factor_words(factor: Factor) -> str:
    """Return one reason with its value and its threshold."""
    value, threshold = figure(factor.value, factor.unit), figure(factor.threshold, factor.unit)
    return f"{factor_name(factor)} {value} (threshold {threshold})"


def factor_name(factor: Factor) -> str:
    """Return the factor's name as people read it."""
    indicator = CATALOGUE.get(factor.name)
    return indicator.name if indicator is not None else factor.name


def figure(value: float | None, unit: str) -> str:
    """Return a value with its unit, or 'unknown'."""
    if value is None:
        return "unknown"
    if unit == "USD":
        return dollars(value)
    if unit in ("fraction", "fraction of OI"):
        return f"{value * 100:.2f} %" + (" of OI" if unit.endswith("OI") else "")
    return f"{value:.2f}"


def dollars(usd: float) -> str:
    """Return dollars in three figures, such as $1.23B, $788M or $4.5K."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(usd) >= size:
            scaled = usd / size
            digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
            return f"${scaled:.{digits}f}{letter}"
    return f"${usd:.0f}"


def body(incident: Incident) -> str:
    """Return why it rings, how complete the data is, and the one next step, in short lines."""
    if incident.rule == "feed-dead":
        return f"{incident.note or 'Its feed is silent.'}\nIts numbers are unknown, not calm."
    lines = [factor_words(factor) for factor in incident.factors[:3]]
    if incident.coverage is not None:
        lines.append(f"Totals are floors; data {incident.coverage * 100:.0f} % complete.")
    lines.append("Next: look at what is idle on exchanges and move it while withdrawals are open.")
    return "\n".join(lines)
