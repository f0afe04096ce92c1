"""Settings in a window of their own: ways out for alerts, appearance, network. Nothing is kept before Save."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import BadInput
from desktop.engine.alerting.channel_plan import ChannelPlans
from desktop.engine.commands import KeepChannels, TryChannel
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.ui import theme
from desktop.ui.parts import button, label, set_tone
from desktop.ui.settings.channel_form import SHAPES, ChannelForm, plans_of
from desktop.ui.settings.preference_pages import AppearancePage, NetworkPage
from desktop.ui.wording import tr

_COLUMNS = (("ntfy", "email"), ("telegram", "webhook", "command", "ping"))


class SettingsWindow(QDialog):
    """Pages of settings, the ways out for alerts first. Escape closes it; what was not saved is gone."""

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._shown: ChannelPlans | None = None
        self.setWindowTitle(tr("Settings"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 760)
        self.choosers: dict[str, QPushButton] = {}
        self.forms = {shape.name: ChannelForm(shape) for shape in SHAPES}
        self.sound = QCheckBox(tr("Sound on this machine"))
        self.sizes = QCheckBox(tr("Messages may name my amounts"))
        self.sizes.setToolTip(tr("Off: what leaves this machine holds nothing of your positions and coins."))
        self.verdict = label(px=theme.BODY, tone="second")
        self.save = button(tr("Save"), "primary")
        self.save.clicked.connect(self._save)
        self.appearance, self.network = AppearancePage(door), NetworkPage(door)
        self._pages = QStackedWidget()
        self._lay_out()
        for form in self.forms.values():
            form.changed.connect(self._touched)
            form.test_wanted.connect(self._test)
        for box in (self.sound, self.sizes):
            box.toggled.connect(self._touched)

    def _lay_out(self) -> None:
        alerts = QWidget()
        page = QVBoxLayout(alerts)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(self._head())
        page.addWidget(self._scrolled(), 1)
        page.addLayout(self._foot())
        choices = QHBoxLayout()
        choices.setContentsMargins(12, 0, 12, 8)
        group = QButtonGroup(self)
        for words, shown in (
            (tr("Alerts"), alerts),
            (tr("Appearance"), self.appearance),
            (tr("Network"), self.network),
        ):
            chooser = button(words, "quiet", says=tr("Show {page}", page=words))
            chooser.setCheckable(True)
            chooser.setChecked(shown is alerts)
            chooser.clicked.connect(partial(self._pages.setCurrentWidget, shown))
            group.addButton(chooser)
            choices.addWidget(chooser)
            self.choosers[words] = chooser
            self._pages.addWidget(shown)
        choices.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(choices)
        outer.addWidget(self._pages, 1)

    def _head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 8)
        head.setSpacing(4)
        head.addWidget(label(tr("Where alerts go"), px=theme.VALUE, weight=theme.SEMIBOLD))
        words = tr("Window and desktop always ring. Secrets go to the system's keychain and nowhere else.")
        head.addWidget(label(words, tone="second"))
        return head

    def _scrolled(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("part", "scrolled")
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 4, 12, 12)
        row.setSpacing(theme.GAP)
        for names in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(theme.GAP)
            for name in names:
                column.addWidget(self.forms[name])
            column.addStretch(1)
            row.addLayout(column, 1)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        return area

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.setSpacing(16)
        row.addWidget(self.sound)
        row.addWidget(self.sizes)
        row.addWidget(self.verdict, 1)
        row.addWidget(self.save)
        return row

    def show_view(self, view: DeskView) -> None:
        """Show what is set up, once, and how the channels stand, always."""
        if view.plans is not None and self._shown is None:
            self._fill(view.plans)
        for page in (self.appearance, self.network):
            page.show_view(view)
        states = {way.name: way for way in view.ways_out}
        for name, form in self.forms.items():
            form.show_state(states.get(name))

    def _fill(self, plans: ChannelPlans) -> None:
        for name, form in self.forms.items():
            form.show_plan(getattr(plans, name))
        self.sound.setChecked(plans.sound)
        self.sizes.setChecked(plans.sizes_allowed)
        self._shown = plans
        self._say("", wrong=False)

    def _touched(self) -> None:
        self._say(tr("not saved yet"), wrong=False)

    def _test(self, name: str) -> None:
        self._door.submit(TryChannel(name))

    def _save(self) -> None:
        try:
            plans = plans_of(self.forms, sound=self.sound.isChecked(), sizes_allowed=self.sizes.isChecked())
        except BadInput as error:
            self._say(f"{error.message}. {error.remedy}", wrong=True)
            return
        secrets = {name: typed for name, form in self.forms.items() if (typed := form.typed_secret()) is not None}
        self._door.submit(KeepChannels(plans, secrets))
        self._fill(plans)
        self._say(tr("saved; send a test to be sure"), wrong=False)

    def _say(self, words: str, *, wrong: bool) -> None:
        self.verdict.setText(words)
        set_tone(self.verdict, "critical" if wrong else "second")
