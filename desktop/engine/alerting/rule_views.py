"""What the rule editor shows: the rules in force, and what a rule would have done."""

from __future__ import annotations

import msgspec

from desktop.alerts.rules import Rule
from desktop.alerts.trial import Trial


class RulesView(msgspec.Struct, frozen=True):
    """The rules in force, the person's own text, and why it was last refused (empty: it was not).

    `own` are the ids that the person's text defines or changes.
    """

    rules: tuple[Rule, ...]
    text: str = ""
    own: tuple[str, ...] = ()
    trouble: str = ""


class RuleTrialView(msgspec.Struct, frozen=True):
    """What came of `TryRule`: a trial for each rule of the text, or why it cannot be read.

    `prices` are the closes it was tried on, by coin, as (UTC ms when known, price).
    """

    text: str
    trials: tuple[Trial, ...] = ()
    error: str = ""
    remedy: str = ""
    since_ms: int = 0
    until_ms: int = 0
    prices: tuple[tuple[str, tuple[tuple[int, float], ...]], ...] = ()
