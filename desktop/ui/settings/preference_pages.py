"""Appearance and network, as pages of the settings. Nothing is kept before Save; what is wrong is said beside it."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.engine.commands import KeepPreferences, SetOffline
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.engine.preferences import Preferences, PreferencesView, VenueAddresses
from desktop.ui import theme, wording
from desktop.ui.parts import Card, button, label, set_tone
from desktop.ui.wording import tr

_NAMES = {"ws": "streams", "rest": "questions", "spot_ws": "spot streams", "spot_rest": "spot questions"}


class PreferencePage(QWidget):
    """One page: cards, and a foot with Save and what came of it."""

    def __init__(self, door: EngineDoor, title: str, words: str) -> None:
        super().__init__()
        self._door = door
        self._view: PreferencesView | None = None
        self._waits = False
        self.cards = QVBoxLayout()
        self.cards.setContentsMargins(12, 4, 12, 12)
        self.cards.setSpacing(theme.GAP)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 8)
        head.setSpacing(4)
        head.addWidget(label(title, px=theme.VALUE, weight=theme.SEMIBOLD))
        head.addWidget(label(words, tone="second"))
        self.verdict = label(px=theme.BODY, tone="second")
        self.verdict.setWordWrap(True)
        self.save = button(tr("Save"), "primary", says=f"{tr('Save')}: {title}")
        self.save.clicked.connect(self._save)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.addWidget(self.verdict, 1)
        foot.addWidget(self.save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addLayout(self.cards)
        whole.addStretch(1)
        whole.addLayout(foot)

    def show_view(self, view: DeskView) -> None:
        """Show what is kept, once, and what came of the last Save."""
        told = view.preferences
        self.save.setEnabled(told is not None)
        if told is None or told is self._view:
            return
        first, self._view = self._view is None, told
        if first:
            self.fill(told)
        elif self._waits:
            self._waits = False
            self.say(told.trouble or self.kept_words(), wrong=bool(told.trouble))

    def fill(self, view: PreferencesView) -> None:
        """Fill the fields."""
        raise NotImplementedError

    def wanted(self, kept: Preferences) -> Preferences:
        """Return what is kept, changed as the fields say."""
        raise NotImplementedError

    def kept_words(self) -> str:
        """Return what stands beside Save once it was kept."""
        return tr("saved")

    def say(self, words: str, *, wrong: bool) -> None:
        """Say how it went."""
        self.verdict.setText(words)
        set_tone(self.verdict, "critical" if wrong else "second")

    def touched(self) -> None:
        """Say that something is not kept yet."""
        self.say(tr("not saved yet"), wrong=False)

    def _save(self) -> None:
        if self._view is not None:
            self._waits = True
            self._door.submit(KeepPreferences(self.wanted(self._view.kept)))


class AppearancePage(PreferencePage):
    """Light, dark, or as the system says."""

    def __init__(self, door: EngineDoor) -> None:
        super().__init__(door, tr("Appearance"), tr("It changes at once, in every window."))
        self.theme = QComboBox()
        for name, words in (("system", tr("as the system")), ("dark", tr("dark")), ("light", tr("light"))):
            self.theme.addItem(words, name)
        self.theme.activated.connect(lambda _index: self.touched())
        card, grid = _card(tr("Theme"))
        _add(grid, tr("Colours"), self.theme)
        self.cards.addWidget(card)

    def fill(self, view: PreferencesView) -> None:
        """Fill the fields."""
        self.theme.setCurrentIndex(self.theme.findData(view.kept.theme))

    def wanted(self, kept: Preferences) -> Preferences:
        """Return what is kept with the theme chosen here."""
        return msgspec.structs.replace(kept, theme=self.theme.currentData())


class NetworkPage(PreferencePage):
    """Proxy, other hosts of the venues, and being offline."""

    def __init__(self, door: EngineDoor) -> None:
        words = tr("Saved ways count at once: what goes another way is opened anew. Being offline needs no Save.")
        super().__init__(door, tr("Network"), words)
        self.proxy = QLineEdit()
        self.proxy.setPlaceholderText(tr("none, or http://127.0.0.1:3128, socks5://127.0.0.1:1080"))
        self.proxy.textEdited.connect(lambda _text: self.touched())
        self.offline = QCheckBox(tr("Offline: close every connection of the market, also after the next start"))
        self.offline.clicked.connect(lambda offline: self._door.submit(SetOffline(offline)))
        card, grid = _card(tr("Ways out"))
        _add(grid, tr("Proxy"), self.proxy)
        grid.addWidget(self.offline, grid.rowCount(), 1)
        self.cards.addWidget(card)
        self.hosts: dict[tuple[str, str], QLineEdit] = {}

    def show_view(self, view: DeskView) -> None:
        """Show what is kept, and whether it is offline now."""
        super().show_view(view)
        self.offline.setChecked(view.offline)

    def fill(self, view: PreferencesView) -> None:
        """Fill the fields; the shipped address stands in each that is empty."""
        self.proxy.setText(view.kept.proxy)
        card, grid = _card(tr("Regional hosts"))
        for venue in view.addresses:
            self._add_venue(grid, venue, view.kept.hosts.get(venue.venue, {}))
        self.cards.addWidget(card)

    def _add_venue(self, grid: QGridLayout, venue: VenueAddresses, kept: dict[str, str]) -> None:
        for name, shipped in venue.shipped.items():
            field = QLineEdit(kept.get(name, ""))
            field.setPlaceholderText(shipped)
            field.setToolTip(tr("Its hosts end in {domains}", domains=", ".join(venue.domains)))
            field.textEdited.connect(lambda _text: self.touched())
            self.hosts[venue.venue, name] = field
            _add(grid, f"{wording.venue(venue.venue)}, {tr(_NAMES.get(name, name))}", field)

    def wanted(self, kept: Preferences) -> Preferences:
        """Return what is kept with proxy and hosts as typed; an empty field takes the shipped host."""
        hosts: dict[str, dict[str, str]] = {}
        for (venue, name), field in self.hosts.items():
            if typed := field.text().strip().rstrip("/"):
                hosts.setdefault(venue, {})[name] = typed
        return msgspec.structs.replace(kept, proxy=self.proxy.text().strip(), hosts=hosts)

    def kept_words(self) -> str:
        """Say what becomes of it."""
        return tr("saved; what goes another way is opened anew")


def _card(title: str) -> tuple[Card, QGridLayout]:
    card, grid = Card(title), QGridLayout()
    grid.setContentsMargins(12, 8, 12, 12)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    card.body.addLayout(grid)
    return card, grid


def _add(grid: QGridLayout, words: str, field: QWidget) -> None:
    row = grid.rowCount()
    name = label(words, px=theme.CAPTION, tone="third")
    name.setBuddy(field)
    field.setAccessibleName(words)
    grid.addWidget(name, row, 0)
    grid.addWidget(field, row, 1)
