"""How Seawall looks: palette, type, spacing; applied to the application once, read by every painter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

import desktop
from desktop.risk.reading import Level
from desktop.ui.style_sheet import style_sheet

Choice = Literal["system", "dark", "light"]
Tone = Literal[
    "text",
    "second",
    "third",
    "on_primary",
    "calm",
    "notable",
    "warning",
    "critical",
    "ready",
    "long",
    "short",
    "candle",
]

# Type scale in logical pixels.
AXIS, CAPTION, BODY, TITLE, FIELD, VALUE, SENTENCE, COMPOSITE = 10, 11, 12, 13, 15, 18, 28, 34
# Weights.
REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700
GAP = 8
PANEL_RADIUS, CONTROL_RADIUS = 6, 4


@dataclass(frozen=True)
class Colours:
    """One palette. Hue means data or level; controls are neutral."""

    name: str
    window: QColor
    panel: QColor
    raised: QColor
    chart: QColor
    selected: QColor
    divider: QColor
    button_edge: QColor
    field_edge: QColor
    text: QColor
    second: QColor
    third: QColor
    primary: QColor
    on_primary: QColor
    long: QColor
    short: QColor
    calm: QColor
    notable: QColor
    warning: QColor
    critical: QColor
    ready: QColor
    focus: QColor
    candle: QColor
    grid: QColor
    hatch: QColor
    tint_warning: QColor
    tint_critical: QColor

    def tone(self, tone: Tone) -> QColor:
        """Return the colour of a tone."""
        return cast(QColor, getattr(self, tone))

    def level(self, level: Level) -> QColor:
        """Return the colour of a level; never use it without the level's shape."""
        return (self.calm, self.notable, self.warning, self.critical)[level]


def _colours(name: str, hexes: str) -> Colours:
    return Colours(name, *(QColor(f"#{part}") for part in hexes.split()))


DARK = _colours(
    "dark",
    "0D1217 141A21 1C242D 10161C 1F2832 2A3540 3A4754 677889 E8EDF2 A9B5C1 8795A3 E8EDF2 10161C E5914A 5FA8E8 "
    "8FA3B7 D6C37A FFC247 FF6F5E 8FC1B5 7FB8F0 93A1AF 1E2730 222C36 2A2415 331A18",
)
LIGHT = _colours(
    "light",
    "EEF1F4 FFFFFF F4F6F8 FFFFFF EAF0F6 D5DBE1 AEB8C2 7B8895 141B22 45525F 596672 17202A FFFFFF B4560F 1C64B0 "
    "56687A 7F7200 7C4A00 990F4B 1F6B5C 1C64B0 5D6A77 E9EDF1 E3E8ED FFF5DC FDE9E6",
)


def colours() -> Colours:
    """Return the palette the application wears now. GUI thread."""
    return LIGHT if QGuiApplication.palette().color(QPalette.ColorRole.Window) == LIGHT.window else DARK


def resource_path(name: str) -> Path:
    """Return where a shipped file lies, in a checkout and in an installed package."""
    package = Path(desktop.__file__).parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources") / name


@lru_cache(maxsize=1)
def _families() -> tuple[str, str]:
    """Load the shipped fonts once; return (text family, mono family), the platform's own where they are missing."""
    text = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    for path in sorted(resource_path("fonts").glob("*.[ot]tf")):
        number = QFontDatabase.addApplicationFont(str(path))
        found = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if found and path.name.startswith("Inter"):
            text = found[0]
        elif found:
            mono = found[0]
    return text, mono


@lru_cache(maxsize=64)
def font(px: int = BODY, weight: int = REGULAR) -> QFont:
    """Return the text font with tabular figures. Do not change what is returned: it is shared."""
    return _shaped(_families()[0], px, weight, "tnum")


@lru_cache(maxsize=16)
def mono(px: int = BODY, weight: int = REGULAR) -> QFont:
    """Return the font of addresses and ids, with a slashed zero. Do not change what is returned: it is shared."""
    return _shaped(_families()[1], px, weight, "zero")


def _shaped(family: str, px: int, weight: int, feature: str) -> QFont:
    made = QFont(family)
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag(feature), 1)
    return made


def qt_palette(wanted: Colours) -> QPalette:
    """Return the Qt palette, so that widgets of Qt's own fit in."""
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, colour in (
        (roles.Window, wanted.window),
        (roles.Base, wanted.panel),
        (roles.AlternateBase, wanted.raised),
        (roles.Button, wanted.raised),
        (roles.ToolTipBase, wanted.raised),
        (roles.WindowText, wanted.text),
        (roles.Text, wanted.text),
        (roles.ButtonText, wanted.text),
        (roles.ToolTipText, wanted.text),
        (roles.BrightText, wanted.text),
        (roles.PlaceholderText, wanted.third),
        (roles.Highlight, wanted.focus),
        (roles.HighlightedText, wanted.on_primary if wanted is DARK else wanted.panel),
        (roles.Link, wanted.short),
        (roles.Accent, wanted.focus),
    ):
        palette.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, wanted.third)
    return palette


class Wardrobe(QObject):
    """Keeps the application dressed: dark, light, or as the system says, also when that changes. GUI thread."""

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        app.setStyle("Fusion")
        app.setFont(font())
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.wear(choice)

    def change(self, choice: Choice) -> None:
        """Put on another choice than the one worn, if it is another."""
        if choice != self._choice:
            self.wear(choice)

    def wear(self, choice: Choice) -> None:
        """Put on a palette now."""
        self._choice = choice
        wanted = {"dark": DARK, "light": LIGHT}.get(choice) or self._of_system()
        self._app.setPalette(qt_palette(wanted))
        self._app.setStyleSheet(style_sheet(wanted, resource_path("icons").as_posix()))

    def _of_system(self) -> Colours:
        return LIGHT if self._app.styleHints().colorScheme() is Qt.ColorScheme.Light else DARK

    @Slot(Qt.ColorScheme)
    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._choice == "system":
            self.wear("system")
