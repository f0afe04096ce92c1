"""What the transfer window adds to the theme: frames for alarm and practice, and short ways to the palette."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont

from desktop.ui import theme


def colour(role: str) -> QColor:
    """Return the colour of a palette role, as worn now. GUI thread."""
    found: QColor = getattr(theme.colours(), role)
    return found


def font(px: int = theme.BODY, weight: int = theme.REGULAR) -> QFont:
    """Return the text face with tabular figures."""
    return theme.font(px, weight)


def mono(px: int = theme.BODY, weight: int = theme.REGULAR) -> QFont:
    """Return the face of addresses and ids."""
    return theme.mono(px, weight)


ROLES: dict[str, tuple[int, int, str]] = {  # role: (px, weight, tone)
    "body": (12, 400, "text"),
    "strong": (12, 600, "text"),
    "second": (12, 400, "second"),
    "caption": (11, 400, "third"),
    "verdict": (13, 600, "text"),
    "field": (15, 600, "text"),
    "title": (18, 600, "text"),
    "sentence": (28, 600, "text"),
    "large": (15, 400, "second"),
    "warning": (12, 600, "warning"),
    "critical": (13, 600, "critical"),
    "ready": (12, 600, "ready"),
}

_SHEET = """
QFrame[part="alarm"] {{ background: {panel}; border: 1px solid {critical}; border-radius: 6px; }}
QFrame[part="alarmHead"] {{ background: {tint_critical}; border: none; border-bottom: 1px solid {critical};
  border-top-left-radius: 5px; border-top-right-radius: 5px; }}
QFrame[part="caution"] {{ background: {tint_warning}; border: 1px solid {divider}; border-radius: 6px; }}
QFrame[part="foreign"] {{ background: {raised}; border: 1px dashed {field_edge}; border-radius: 6px; }}
QFrame[part="world"] {{ background: {primary}; border: none; border-radius: 4px; }}
QFrame[part="world"] QLabel {{ color: {on_primary}; }}
QPushButton[chosen="true"] {{ background: {selected}; border: 1px solid {text}; font-weight: 600; }}
QWidget#transferBody {{ background: transparent; }}
"""
_NAMES = ("panel", "raised", "selected", "divider", "field_edge", "text", "primary", "on_primary", "critical")
_TINTS = ("tint_warning", "tint_critical")


def style_sheet() -> str:
    """Return the frames that the transfer window adds, in the colours worn now."""
    return _SHEET.format(**{name: colour(name).name() for name in _NAMES + _TINTS})


def ink(hexes: str) -> QColor:
    """Return a fixed colour: a device's screen looks the same in every theme."""
    return QColor(hexes)
