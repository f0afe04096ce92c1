"""The one place for the market's words and number forms. Everything shown passes through translation.

Never "all clear": calm is "risk lower". Numbers use a true minus, a space before percent, and "≥" for floors.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from desktop.alerts import incident_words
from desktop.alerts.dead_man import FEED_DEAD
from desktop.alerts.facts import FACTS, known_fact
from desktop.alerts.incidents import Factor, Incident
from desktop.domain.sentences import sentence
from desktop.domain.venue_names import venue_name
from desktop.engine.desk_view import DeviceView
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level, Reading, State

FLOOR_MARK = "≥"
MINUS = "−"
HIDDEN = "•••"
DAY_MS = 86_400_000
_MOST_DIGITS = 12


def tr(text: str, **values: object) -> str:
    """Return the words in the person's language, with `{names}` filled in."""
    words = QCoreApplication.translate("market", text)
    return words.format(**values) if values else words


def level_word(level: Level) -> str:
    """Return the word of a level as it stands in a line."""
    return (tr("Risk lower"), tr("Notable"), tr("Warning"), tr("Critical"))[level]


def venue(name: str) -> str:
    """Return a venue as it writes itself."""
    return venue_name(name)


# Numbers


def signed(text: str) -> str:
    """Return a number's text with a true minus sign."""
    return text.replace("-", MINUS)


def dollars(usd: float) -> str:
    """Return dollars short: $1.23B, $788M, $35.3M, $4.5K, $12."""
    size = abs(usd)
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= unit * 0.9995:
            scaled = size / unit
            digits = 0 if scaled >= 99.95 else 2 if unit == 1e9 and scaled < 9.995 else 1
            return f"{MINUS if usd < 0 else ''}${scaled:.{digits}f}{letter}"
    return f"{MINUS if usd < 0 else ''}${size:.0f}"


def dollars_whole(usd: float) -> str:
    """Return dollars in full, for hover: $35,312,204."""
    return f"{MINUS if usd < 0 else ''}${abs(usd):,.0f}"


def percent(fraction: float, digits: int | None = None, *, plus: bool = False) -> str:
    """Return a fraction as percent: 0.41 %, −3.1 %. Small ones keep two or three digits that mean something."""
    value = fraction * 100
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 99.5 else 1 if size >= 1 else 2 if size >= 0.1 or size == 0 else _small_digits(size)
    shown = f"{value:+.{digits}f}" if plus else f"{value:.{digits}f}"
    if float(shown) == 0:
        shown = f"{0:.{digits}f}"
    return f"{signed(shown)} %"


def _small_digits(size: float) -> int:
    """Return how many digits a small percentage needs for two that mean something."""
    return min(6, 1 - math.floor(math.log10(size)))


def basis_points(fraction: float) -> str:
    """Return a fraction in basis points: 9.2 bp."""
    return f"{signed(f'{fraction * 1e4:.1f}')} bp"


def funding(fraction_8h: float) -> str:
    """Return funding per 8 h: +0.0031 %."""
    return f"{signed(f'{fraction_8h * 100:+.4f}')} %"


def yearly(fraction_8h: float) -> str:
    """Return the same funding as a simple yearly rate: 3.4 %."""
    return f"{signed(f'{fraction_8h * 3 * 365 * 100:.1f}')} %"


def price(value: float) -> str:
    """Return a price with the digits its size asks for: 81,480 · 108.40 · 1.632 · 0.1082 · 0.00001234."""
    size = abs(value)
    if not math.isfinite(value):
        return tr("unknown")
    digits = 0 if size >= 1000 else 2 if size >= 10 else 3 if size >= 1 else 4 if size >= 0.01 else 6
    if 0 < size < 0.001:  # a coin of which a thousand cost a cent
        digits = min(_MOST_DIGITS, 3 - math.floor(math.log10(size)))
    return signed(f"{value:,.{digits}f}")


def percentile(share: float) -> str:
    """Return an own percentile: 99.2 pct."""
    value = share * 100
    if value > 99.9 or value < 0.1:
        return tr("> 99.9 pct") if value > 50 else tr("< 0.1 pct")
    return tr("{value} pct", value=f"{value:.1f}" if value >= 98 or value <= 2 else f"{value:.0f}")


def figure(value: float, unit: str) -> str:
    """Return a value in the catalogue's unit as people read it."""
    match unit:
        case "USD":
            return dollars(value)
        case "fraction of OI":
            return tr("{value} of OI", value=percent(value))
        case "fraction" | "share":
            return percent(value)
        case "fraction per 8h":
            return funding(value)
        case "ratio" | "[-1,1]":
            return signed(f"{value:+.2f}")
        case "bps" | "bp":
            return tr("{value} bp", value=signed(f"{value:,.1f}"))
        case "annualised" | "APR":
            return tr("{value} a year", value=percent(value, 0))
        case "times":
            return tr("{value} ×", value=signed(f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"))
        case "s":
            return tr("{value} s", value=f"{value:,.0f}")
        case "days":
            return tr("{value} d", value=f"{value:,.0f}")
        case "count" | "settlements" | "0-100" | "index":
            return signed(f"{value:,.0f}")
        case _:
            return signed(f"{value:,.2f}")


def floor_mark(reading: Reading) -> str:
    """Return the mark of a floor with its space, or nothing."""
    return f"{FLOOR_MARK} " if reading.floor else ""


def amounts(by_coin: dict[str, str], *, hidden: bool = False) -> str:
    """Return own amounts by coin in one line, as dots where they are hidden: 0.5915 BTC · 4.2 ETH."""
    return " · ".join(f"{HIDDEN if hidden else amount} {coin}" for coin, amount in by_coin.items())


# Time (UTC)


def age(age_ms: float) -> str:
    """Return an age: 0.3 s, 14 s, 10 min, 3 h, 2 d."""
    seconds = max(0.0, age_ms) / 1000
    if seconds < 0.95:
        return tr("{n} s", n=f"{max(0.1, seconds):.1f}")
    if seconds < 119.5:
        return tr("{n} s", n=f"{seconds:.0f}")
    if seconds < 7_200:
        return tr("{n} min", n=int(seconds // 60))
    return tr("{n} h", n=int(seconds // 3600)) if seconds < 172_800 else tr("{n} d", n=int(seconds // 86_400))


def moment(at_ms: float) -> datetime:
    """Return UTC milliseconds as a date and time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def clock(at_ms: float) -> str:
    """Return hours and minutes, UTC: 15:00."""
    return moment(at_ms).strftime("%H:%M")


def day_and_clock(at_ms: float, now_ms: float) -> str:
    """Return the time, with the day before it when it was not today: 15:00 or 30 Jan 01:00."""
    at, now = moment(at_ms), moment(now_ms)
    return clock(at_ms) if at.date() == now.date() else f"{at.day} {at.strftime('%b %H:%M')}"


def day(at_ms: float) -> str:
    """Return the day, UTC: Fri 30 Jan."""
    at = moment(at_ms)
    return f"{at.strftime('%a')} {at.day} {at.strftime('%b')}"


def full_clock(at_ms: float) -> str:
    """Return the whole moment: Sat 31 Jan 15:12:40 UTC."""
    at = moment(at_ms)
    return f"{at.strftime('%a')} {at.day} {at.strftime('%b %H:%M:%S')} UTC"


# Readings and incidents


def not_a_number(reading: Reading) -> str:
    """Return what stands in place of a number that is not there, never 0 and never blank."""
    if reading.state is State.WARMING:
        return tr("Warming · {rest}", rest=reading.reason or tr("{done} done", done=percent(reading.warm, 0)))
    return reading.reason[:1].upper() + reading.reason[1:] if reading.reason else tr("unknown: no source")


def short_reading(reading: Reading, unit: str) -> str:
    """Return a reading in one go, with its floor mark, or the word for why there is none."""
    if reading.value is None:
        return tr("warming") if reading.state is State.WARMING else tr("unknown")
    return floor_mark(reading) + figure(reading.value, unit)


def indicator_name(name: str) -> str:
    """Return an indicator's name from the catalogue."""
    return tr(known_fact(name).name) if name in CATALOGUE or name in FACTS else name


def reason_name(coin: str, name: str) -> str:
    """Return an indicator with its coin, as one reason among others: BTC long liquidations / OI 1 h."""
    words = indicator_name(name)
    # Abbreviations such as OI keep their capitals.
    lowered = f"{words[:1].lower()}{words[1:]}" if words[1:2].islower() else words
    return f"{coin} {lowered}" if coin else words


def incident_title(incident: Incident) -> str:
    """Return a short headline: Long cascade, BTC and 2 more."""
    if incident.rule == FEED_DEAD:
        if incident.venues:
            return tr("{venue} and {n} more feeds silent", venue=venue(incident.venue), n=len(incident.venues))
        return tr("{venue} feed silent", venue=venue(incident.venue))
    what = tr(incident_words.subject(incident))
    where = venue(incident.venue) if incident.venue else incident.coin
    if not where or incident.rule == "breadth":
        return what
    more = tr(" and {n} more", n=len(incident.coins)) if incident.coins else ""
    return f"{what}, {where}{more}"


def factor_value(factor: Factor) -> str:
    """Return a factor's value with its unit."""
    return tr("unknown") if factor.value is None else figure(factor.value, factor.unit)


def factor_threshold(factor: Factor) -> str:
    """Return where a factor's threshold lies, and on which side of it the factor counts."""
    if factor.threshold is None:
        return tr("no threshold")
    unit = "fraction" if factor.unit == "fraction of OI" else factor.unit
    value = "0" if factor.threshold == 0 else figure(factor.threshold, unit)
    indicator = CATALOGUE.get(factor.name)
    falling = indicator is not None and indicator.levels is not None and indicator.levels.kind == "at_most"
    return tr("below {value}", value=value) if falling else tr("from {value}", value=value)


def device_words(state: str) -> str:
    """Return the wallet's state in a word or two."""
    return {
        "absent": tr("not connected"),
        "connecting": tr("connecting"),
        "ready": tr("ready"),
        "busy": tr("asks you"),
        "locked": tr("locked"),
        "trouble": tr("needs help"),
    }.get(state, state)


def trouble_words(device: DeviceView) -> str:
    """Return what is wrong with the wallet and what helps, as sentences; nothing where nothing is."""
    return " ".join(sentence(part) for part in (device.trouble, device.remedy) if part)


def feed_words(state: str) -> str:
    """Return a feed's state in a word, empty when it is live."""
    return {
        "live": "",
        "stale": tr("stale"),
        "down": tr("down"),
        "connecting": tr("connecting"),
        "off": tr("not set up"),
    }.get(state, state)
