"""Error words as sentences: errors are written as the middle of one, people read whole ones."""

from __future__ import annotations

from desktop.domain.errors import SeawallError

_ENDS = (".", "!", "?", "…")


def sentence(words: str) -> str:
    """Return words with a capital at their beginning and a full stop at their end; nothing stays nothing."""
    whole = words[:1].upper() + words[1:]
    return whole if not whole or whole.endswith(_ENDS) else f"{whole}."


def told(error: SeawallError) -> str:
    """Return what is wrong and what helps, as sentences."""
    return " ".join(sentence(part) for part in (error.message, error.remedy) if part)
