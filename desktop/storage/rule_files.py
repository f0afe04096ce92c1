"""Rule files: the shipped ones and a person's own."""

from __future__ import annotations

from pathlib import Path

from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Rule
from desktop.domain.errors import BadInput
from desktop.storage.resource_files import resource

SHIPPED = ("cascade", "fuel", "me", "watch")


def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules Seawall ships. Raise BadInput if a file of them is missing or off."""
    return tuple(rule for name in SHIPPED for rule in rules_from(resource(f"rules/{name}.toml")))


def rules_from(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a TOML file. Raise BadInput naming file and line where it is off."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot read it: {error.strerror}", "Check the path.", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise BadInput("it is not UTF-8", "Save it as UTF-8.", where=f"{path} byte {error.start}") from None
    return parse_rules(text, str(path))
