"""`seawall doctor --udev-rule`: the rule that lets people open a OneKey on Linux, printed or put in place."""

from __future__ import annotations

import sys

from desktop.cli.output import Output
from desktop.domain.errors import WrongUsage
from desktop.hw.udev_rule import RULE_PATH, fitted_here, install
from desktop.storage.resource_files import resource

SHIPPED_RULE = f"udev/{RULE_PATH.name}"


def show_or_install(choice: str, out: Output) -> int:
    """Print the rule for this system, or install it: asking for that is the consent, the system asks for the right.

    Raise WrongUsage on a system without udev, RuleNotInstalled if it could not be put in place.
    """
    if not sys.platform.startswith("linux"):
        raise WrongUsage("only Linux has udev rules", "This system needs none.")
    rule = fitted_here(resource(SHIPPED_RULE).read_text(encoding="utf-8"))
    facts = {"kind": "udev-rule", "path": str(RULE_PATH)}
    if choice == "print":
        out.emit({**facts, "rule": rule}, rule.rstrip("\n"))
        return 0
    out.tell(f"This writes {RULE_PATH} and lets udev apply it. The system may ask for a password.")
    install(rule)
    out.emit({**facts, "installed": True}, "The rule is in place. Connect the wallet again.")
    return 0
