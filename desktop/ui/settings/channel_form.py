"""One way out as a form: its fields, its secret, from which level it rings, a test, and how it stands."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.errors import BadInput
from desktop.engine.alerting.channel_plan import (
    ChannelPlans,
    CommandPlan,
    EmailPlan,
    NtfyPlan,
    PingPlan,
    TelegramPlan,
    WayOutView,
    WebhookPlan,
)
from desktop.ui import theme, wording
from desktop.ui.parts import Card, RunLine, button, label, set_tip
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

Plan = NtfyPlan | TelegramPlan | WebhookPlan | EmailPlan | CommandPlan | PingPlan
LEVELS = ("notable", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a plan: its name there, its words, and an example where it is empty."""

    name: str
    words: str
    example: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormShape:
    """What a channel's form asks. `secret` are the words for its secret, empty where it needs none."""

    name: str
    title: str
    about: str
    plan: type[Plan]
    fields: tuple[Field, ...]
    secret: str = ""


SHAPES = (
    FormShape(
        "ntfy", "ntfy", "A push message to your phone. Whoever knows the topic can read it: make it long.", NtfyPlan,
        (Field("topic", "Topic", "seawall-k3v9q2"), Field("server", "Server", "https://ntfy.sh")),
        "Access token, only for a protected topic",
    ),
    FormShape(
        "telegram", "Telegram", "A message from your own bot.", TelegramPlan,
        (Field("chat_id", "Chat number or @channel", "123456789"),), "Bot token",
    ),
    FormShape(
        "email", "E-mail", "Over an encrypted connection only.", EmailPlan,
        (
            Field("host", "Mail server", "mail.example.org"), Field("port", "Port", "465"),
            Field("security", "Encryption", "", ("tls", "starttls")), Field("user", "User name"),
            Field("sender", "From", "me@example.org"), Field("to", "To", "me@example.org"),
        ),
        "Password",
    ),
    FormShape(
        "webhook", "Webhook", "Signed JSON by POST, for a program of yours.", WebhookPlan,
        (Field("url", "Address", "https://example.org/seawall"),), "Signing secret",
    ),
    FormShape(
        "command", "Command", "A program of this machine; it gets JSON on standard input. No shell reads it.",
        CommandPlan,
        (
            Field("arguments", "Program and arguments", "/usr/bin/my-alarm --loud"),
            Field("timeout_s", "Ended after, s", "10"),
        ),
    ),
    FormShape(
        "ping", "Dead-man service", "An outside service that rings when Seawall no longer asks for this address.",
        PingPlan,
        (Field("url", "Address", "https://example.org/ping/abc"), Field("every_minutes", "Every, minutes", "5")),
    ),
)  # fmt: skip


class ChannelForm(Card):
    """The form of one channel.

    Signals: `changed` when the person changed anything, `test_wanted` with the channel's name.
    """

    changed = Signal()
    test_wanted = Signal(str)

    def __init__(self, shape: FormShape, parent: QWidget | None = None) -> None:
        super().__init__(tr(shape.title), parent)
        self.shape_of_form = shape
        self.on = QCheckBox(tr("on"))
        self.on.setAccessibleName(tr("{name} on", name=tr(shape.title)))
        self.on.toggled.connect(self.changed)
        self.head.addWidget(self.on)
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self.secret = QLineEdit()
        self.least = QComboBox()
        self.state = RunLine(20)
        self.test = button(tr("Send a test"), says=tr("Send a test over {name}", name=tr(shape.title)))
        self.test.clicked.connect(lambda: self.test_wanted.emit(shape.name))
        box = QVBoxLayout()
        box.setContentsMargins(12, 8, 12, 10)
        box.setSpacing(6)
        about = label(tr(shape.about), px=theme.CAPTION, tone="second")
        about.setWordWrap(True)
        box.addWidget(about)
        box.addLayout(self._grid())
        box.addLayout(self._foot())
        self.body.addLayout(box)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(self.shape_of_form.fields):
            made = self._editor(field)
            self.fields[field.name] = made
            self._add(grid, row, tr(field.words), made)
        row = len(self.fields)
        if self.shape_of_form.secret:
            self.secret.setEchoMode(QLineEdit.EchoMode.Password)
            self.secret.textEdited.connect(self.changed)
            self._add(grid, row, tr(self.shape_of_form.secret), self.secret)
            row += 1
        if self.shape_of_form.name != "ping":
            self.least.addItems([tr(level) for level in LEVELS])
            self.least.setCurrentIndex(1)
            self.least.currentIndexChanged.connect(self.changed)
            self._add(grid, row, tr("Rings from"), self.least)
        return grid

    def _add(self, grid: QGridLayout, row: int, words: str, made: QWidget) -> None:
        name = label(words, px=theme.CAPTION, tone="third")
        name.setBuddy(made)
        made.setAccessibleName(words)
        grid.addWidget(name, row, 0)
        grid.addWidget(made, row, 1)

    def _editor(self, field: Field) -> QLineEdit | QComboBox:
        if field.choices:
            chosen = QComboBox()
            chosen.addItems(list(field.choices))
            chosen.currentIndexChanged.connect(self.changed)
            return chosen
        made = QLineEdit()
        made.setPlaceholderText(field.example)
        made.textEdited.connect(self.changed)
        return made

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        if self.shape_of_form.name != "ping":
            row.addWidget(self.test)
        return row

    # --- what stands in it

    def show_plan(self, plan: Plan | None) -> None:
        """Put a plan into the fields; None empties them."""
        values = {} if plan is None else msgspec.to_builtins(plan)
        for name, made in self.fields.items():
            value = values.get(name, "")
            words = shlex.join(value) if name == "arguments" and value else _plain(value)
            if isinstance(made, QComboBox):
                made.setCurrentText(words or made.itemText(0))
            else:
                made.setText(words)
        self.secret.clear()
        kept = tr("as kept in the keychain; type to replace it")
        self.secret.setPlaceholderText(tr("goes into the keychain") if plan is None else kept)
        self.on.setChecked(bool(values.get("on", False)))
        self.least.setCurrentIndex(LEVELS.index(values.get("least", "warning")))
        self.test.setEnabled(plan is not None and plan.on)

    def plan(self) -> Plan | None:
        """Return the plan that the fields make, None where they are empty and it is off.

        Raise BadInput naming channel and field for what cannot be used.
        """
        written = {name: _text(made) for name, made in self.fields.items()}
        lines = {name for name, made in self.fields.items() if isinstance(made, QLineEdit)}
        if not self.on.isChecked() and not any(written[name] for name in lines):
            return None
        values: dict[str, Any] = {name: text for name, text in written.items() if text}
        if "arguments" in values:
            values["arguments"] = _arguments(values["arguments"], tr(self.shape_of_form.title))
        values["on"] = self.on.isChecked()
        if self.shape_of_form.name != "ping":
            values["least"] = LEVELS[self.least.currentIndex()]
        try:
            return msgspec.convert(values, self.shape_of_form.plan, strict=False)
        except msgspec.ValidationError as error:
            where = tr(self.shape_of_form.title)
            raise BadInput(_complaint(str(error), self.shape_of_form), tr("Mend the field."), where=where) from None

    def typed_secret(self) -> str | None:
        """Return a secret that was typed now, None where the old one stays."""
        return self.secret.text() or None

    def show_state(self, view: WayOutView | None) -> None:
        """Show how the channel stands."""
        self.state.set_runs(*state_runs(view))
        set_tip(self.state, "" if view is None else "\n".join(part for part in (view.trouble, view.remedy) if part))


def state_runs(view: WayOutView | None) -> tuple[Run, ...]:
    """Return how a channel stands in one line: its last proof, or its trouble."""
    if view is None:
        return (Words(tr("not set up"), "third", px=theme.CAPTION),)
    at = "" if view.at_ms is None else wording.clock(view.at_ms)
    match view.state:
        case "works":
            said = tr("delivered {t}: {proof}", t=at, proof=view.proof)
            return (Mark(Shape.LIVE, 9, 6, says=tr("works")), Words(said, px=theme.CAPTION))
        case "trying":
            said = tr("tries again: {why}", why=view.trouble)
            return (Mark(Shape.WARMING, 9, 6, says=tr("tries again")), Words(said, px=theme.CAPTION))
        case "failed":
            said = tr("failed {t}: {why}", t=at, why=view.trouble)
            return (Mark(Shape.DOWN, 9, 6, says=tr("failed")), Words(said, px=theme.CAPTION))
        case _:
            return (Mark(Shape.UNKNOWN, 9, 6), Words(tr("never used: send a test"), "third", px=theme.CAPTION))


def plans_of(forms: dict[str, ChannelForm], *, sound: bool, sizes_allowed: bool) -> ChannelPlans:
    """Return all plans. Raise BadInput naming the first field that cannot be used."""
    made: dict[str, Any] = {name: form.plan() for name, form in forms.items()}
    return ChannelPlans(sound=sound, sizes_allowed=sizes_allowed, **made)


def _text(made: QLineEdit | QComboBox) -> str:
    return made.currentText() if isinstance(made, QComboBox) else made.text().strip()


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _arguments(words: str, title: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise BadInput(
            f"{tr('the arguments cannot be split')}: {error}", tr("Close the quotes."), where=title
        ) from None


def _complaint(error: str, shape: FormShape) -> str:
    """Return the decoder's complaint with the field's own words."""
    for field in shape.fields:
        if f"`$.{field.name}" in error or f"field `{field.name}`" in error:
            return tr("{field} is missing or cannot be used", field=tr(field.words))
    return error
