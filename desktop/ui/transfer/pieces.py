"""The small parts every transfer page is put together from: words, panels, rows, buttons with their reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.parts import Card, line
from desktop.ui.transfer import look
from desktop.ui.transfer.ends_label import EndsLabel
from desktop.ui.transfer.marks import Mark, MarkShape
from desktop.ui.transfer_wording import tr

_Box = TypeVar("_Box", bound=QBoxLayout)
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
BAR = 10
"""The width of a scroll bar, as the style sheet makes it."""


def words(text: str = "", role: str = "body", *, wrap: bool = False, mono: bool = False) -> QLabel:
    """Return plain text in one of the roles of the type scale."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    px, weight, tone = look.ROLES[role]
    label.setFont(look.mono(px, weight) if mono else look.font(px, weight))
    label.setProperty("tone", tone)
    label.setWordWrap(wrap)
    return label


def set_words(label: QLabel, text: str) -> None:
    """Change the text, if it is another, and hide the label while it is empty."""
    if label.text() != text:
        label.setText(text)
    show_if(label, bool(text))


def show_if(widget: QWidget, wanted: bool) -> None:
    """Show or hide a widget, and let everything around it find its size anew."""
    if widget.isHidden() is not wanted:
        return
    widget.setVisible(wanted)
    # Qt tells only the next layout about a widget hidden before its window was shown; sizes further up stay stale.
    around = widget.parentWidget()
    while around is not None and not around.isWindow():
        around.updateGeometry()
        around = around.parentWidget()


class Button(QPushButton):
    """A button that Enter never presses: Space or the pointer does, once per press."""

    def __init__(self, text: str, name: str, on_press: Callable[[], None], *, primary: bool = False) -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setProperty("kind", "primary" if primary else "plain")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: on_press())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass Enter on, and ignore a key that is held down."""
        if event.key() in _ENTER_KEYS or event.isAutoRepeat():
            event.ignore()
            return
        super().keyPressEvent(event)

    def show_words(self, text: str) -> None:
        """Change what the button says."""
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(text)

    def allow(self, reason: str = "") -> None:
        """Enable it when there is no reason against it; otherwise lock it and keep the reason with it.

        A locked button that had the focus leaves it to its page: passed on, the next press would fall on another one.
        """
        if reason and self.hasFocus():
            _page_of(self).setFocus(Qt.FocusReason.OtherFocusReason)
        self.setEnabled(not reason)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)


def _page_of(widget: QWidget) -> QWidget:
    """Return the nearest thing around that may hold the focus and does nothing with a stray key."""
    around = widget.parentWidget()
    while around is not None and not (around.objectName() == "page" or around.isWindow()):
        around = around.parentWidget()
    return around or widget.window()


class Actions(QWidget):
    """The foot of a card: the reason or note at the left, the buttons at the right."""

    def __init__(self, *buttons: QWidget) -> None:
        super().__init__()
        self.note = words("", "second", wrap=True)
        self.note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        placed = row(self.note, *buttons, margins=(16, 8, 12, 8))
        placed.setStretch(0, 1)
        self.setLayout(placed)

    def say(self, text: str) -> None:
        """Show this beside the buttons."""
        if self.note.text() != text:
            self.note.setText(text)


class Question(QWidget):
    """Asks a second time before something that cannot be taken back. Cancel has the focus; Enter answers nothing."""

    def __init__(self, button: Button, instead_of: QWidget, yes: str, name: str, on_yes: Callable[[], None]) -> None:
        super().__init__()
        self._button, self._instead_of = button, instead_of
        self._on_yes = on_yes
        self.text = words("", "strong", wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.cancel = Button(tr("Cancel"), f"{name}Cancel", self.close_question)
        self.yes = Button(yes, f"{name}Yes", self._say_yes, primary=True)
        placed = row(self.text, self.cancel, self.yes, margins=(16, 8, 12, 8))
        placed.setStretch(0, 1)
        self.setLayout(placed)
        self.hide()

    def ask(self) -> None:
        """Show the question with the focus on Cancel."""
        self._instead_of.hide()
        self.show()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_question(self) -> None:
        """Take the question away; nothing was answered."""
        had_focus = self.isAncestorOf(self.focusWidget() or self)
        self.hide()
        self._instead_of.show()
        if had_focus:
            self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_yes(self) -> None:
        self.close_question()
        self._on_yes()


class Panel(Card):
    """A card with room at its edges. `part` picks its frame (card, alarm, foreign); parts go into `inner`."""

    def __init__(self, head: str = "", *, part: str = "card", margin: int = 16) -> None:
        super().__init__(head)
        self.setProperty("part", part)
        holder = QWidget()
        self.inner = QVBoxLayout(holder)
        self.inner.setContentsMargins(margin, 12, margin, 12)
        self.inner.setSpacing(8)
        self.body.addWidget(holder, 1)
        self._holder = holder

    def add_section(self, widget: QWidget) -> QWidget:
        """Add a part below a dividing line, over the full width; return what holds both."""
        section = boxed(column(line(), widget, spacing=0))
        self.body.addWidget(section)
        return section

    def without_inner(self) -> None:
        """Use sections only."""
        self._holder.hide()


class MarkLine(QWidget):
    """A mark with words beside it, and a second, quieter text."""

    def __init__(self, mark: Mark = "none", text: str = "", note: str = "", *, role: str = "body") -> None:
        super().__init__()
        self.mark = MarkShape(mark, 13)
        self.text = words(text, role)
        self.note = EndsLabel("caption")
        self.note.setText(note)
        placed = row(self.mark, self.text, self.note)
        placed.addStretch(1)
        self.setLayout(placed)

    def show_line(self, mark: Mark, text: str, note: str = "") -> None:
        """Show other words and another mark."""
        self.mark.set_mark(mark)
        set_words(self.text, text)
        set_words(self.note, note)


def column(*widgets: QWidget, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Return a column of these widgets."""
    return _filled(QVBoxLayout(), widgets, spacing, margins)


def row(*widgets: QWidget, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a row of these widgets."""
    return _filled(QHBoxLayout(), widgets, spacing, margins)


def _filled(layout: _Box, widgets: tuple[QWidget, ...], spacing: int, margins: tuple[int, int, int, int]) -> _Box:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def boxed(layout: QLayout) -> QWidget:
    """Return a widget that holds this layout."""
    holder = QWidget()
    holder.setLayout(layout)
    return holder


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and polish anew if it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
