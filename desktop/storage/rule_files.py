"""Rule files: the shipped ones and a person's own."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from desktop.alerts.rule_reader import parse_own_rules, parse_rules
from desktop.alerts.rules import Rule
from desktop.domain.errors import BadInput
from desktop.storage.resource_files import resource

SHIPPED = ("cascade", "fuel", "me", "watch")
FILE_NAME = "rules.toml"
_LARGEST_BYTES = 1024 * 1024


def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules Seawall ships. Raise BadInput if a file of them is missing or off."""
    return tuple(rule for name in SHIPPED for rule in rules_from(resource(f"rules/{name}.toml")))


def rules_from(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a TOML file. Raise BadInput naming file and line where it is off."""
    return parse_rules(_text(path), str(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read it: {error.strerror}", "Check the path.", where=str(path)) from error
    if len(data) > _LARGEST_BYTES:
        raise BadInput(f"more than {_LARGEST_BYTES} bytes are no rules", "Check the path.", where=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("it is not UTF-8", "Save it as UTF-8.", where=f"{path} byte {error.start}") from None


class ProfileRules:
    """A profile's `rules.toml`: rules of one's own beside the shipped ones, or in the place of those with their id.

    Fills the port RuleKeeper. `text` and `own` are what was read or kept last.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._shipped = shipped_rules()
        self.text = ""
        self.own: tuple[Rule, ...] = ()

    async def load(self) -> tuple[Rule, ...]:
        """Return all rules in force: shipped and own. Raise BadInput naming file and line; `text` is there anyway."""
        if not await asyncio.to_thread(self._path.exists):
            return self._shipped
        self.text = await asyncio.to_thread(_text, self._path)
        self.own, merged = parse_own_rules(self.text, self._shipped, str(self._path))
        return merged

    def read(self, text: str) -> tuple[Rule, ...]:
        """Return the own rules of a text, linked to the shipped ones. Raise BadInput naming its line."""
        return parse_own_rules(text, self._shipped, FILE_NAME)[0]

    async def keep(self, text: str) -> tuple[Rule, ...]:
        """Write the text, whole or not at all, and return all rules in force. Raise BadInput if it cannot be read."""
        own, merged = parse_own_rules(text, self._shipped, FILE_NAME)
        try:
            await asyncio.to_thread(_replace, self._path, text)
        except OSError as error:
            words = f"the rules cannot be written: {error.strerror}"
            raise BadInput(
                words, "Mend the folder's permissions or free some space.", where=str(self._path)
            ) from error
        self.text, self.own = text, own
        return merged


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
