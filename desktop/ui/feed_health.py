"""Every feed in full: its channels, how complete it is, how late, how often refused, and what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.coverage import Completeness
from desktop.engine.commands import SetOffline, SetVenue
from desktop.engine.desk_view import ChannelView, DeskView, FeedView
from desktop.engine.door import EngineDoor
from desktop.ui import shapes, theme, wording
from desktop.ui.parts import Card, RunLine, label, set_tip
from desktop.ui.risk_answers import feed_runs
from desktop.ui.runs import Mark, Run, Space, Words
from desktop.ui.wording import tr

_CHANNELS = 16
_FACTS = 6


def completeness_words(completeness: Completeness) -> str:
    """Return how much of a venue's forced selling its public feed tells."""
    return {
        "all": tr("tells every liquidation (its own word)"),
        "sample": tr("tells only a sample of its liquidations"),
        "partial": tr("tells only what its own vaults took part in"),
        "none": tr("tells no liquidations"),
    }[completeness]


def facts_of(feed: FeedView, now_ms: int) -> tuple[tuple[str, str], ...]:
    """Return (name, words) of a feed's health; what is not known says so."""
    late = tr("unknown") if feed.latency_ms is None else tr("{n} ms", n=round(feed.latency_ms))
    refused = tr("unknown") if feed.error_share is None else wording.percent(feed.error_share, 1)
    since = tr("{t} ({age})", t=wording.clock(feed.since_ms), age=wording.age(now_ms - feed.since_ms))
    closed = ", ".join(feed.withdrawals_closed)
    return (
        (tr("Liquidations"), completeness_words(feed.completeness)),
        (tr("Heard without a hole since") if feed.state == "live" else tr("Last heard"), since),
        (tr("Messages"), tr("{n}, {unread} unread", n=f"{feed.messages:,}", unread=f"{feed.unparsed:,}")),
        (tr("Late by, requests refused"), f"{late}, {refused}"),
        (tr("The venue says"), feed.notice or tr("nothing of itself")),
        (tr("Withdrawals closed"), closed or tr("none known")),
    )


class FeedCard(Card):
    """One venue's feed in full. Signals: `switched` with whether the venue is to be listened to."""

    switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.head_line = RunLine(32)
        self.reason = label(px=theme.CAPTION, tone="second")
        self.reason.setWordWrap(True)
        grid = QGridLayout()
        grid.setContentsMargins(12, 0, 12, 6)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.names: list[QLabel] = []
        self.values: list[QLabel] = []
        for row in range(_FACTS):
            name, value = label(px=theme.CAPTION, tone="third"), label(px=theme.CAPTION)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
            self.names.append(name)
            self.values.append(value)
        top = QVBoxLayout()
        top.setContentsMargins(12, 4, 12, 4)
        top.setSpacing(2)
        self.on = QCheckBox(tr("on"))
        self.on.clicked.connect(self.switched)
        line = QHBoxLayout()
        line.addWidget(self.head_line, 1)
        line.addWidget(self.on)
        top.addLayout(line)
        top.addWidget(self.reason)
        self.body.addLayout(top)
        self.body.addLayout(grid)
        self.body.addWidget(self._channel_box())

    def _channel_box(self) -> QWidget:
        inset = QFrame()
        inset.setProperty("part", "inset")
        column = QVBoxLayout(inset)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(0)
        self.channels = [RunLine(20) for _ in range(_CHANNELS)]
        for line in self.channels:
            column.addWidget(line)
        return inset

    def show_feed(self, feed: FeedView, now_ms: int) -> None:
        """Show this feed as it stands."""
        self.setAccessibleName(wording.venue(feed.venue))
        self.on.setAccessibleName(tr("{venue} on", venue=wording.venue(feed.venue)))
        self.on.setChecked(feed.state != "off")
        self.head_line.set_runs(*feed_runs(feed))
        self.reason.setText(feed.reason)
        self.reason.setVisible(bool(feed.reason))
        for name, value, (said, words) in zip(self.names, self.values, facts_of(feed, now_ms), strict=True):
            name.setText(said)
            value.setText(words)
        for place, line in enumerate(self.channels):
            shown = place < len(feed.channels)
            line.setVisible(shown)
            if shown:
                channel = feed.channels[place]
                line.set_runs(*_channel_runs(channel, now_ms))
                set_tip(line, channel.reason)


def _channel_runs(channel: ChannelView, now_ms: int) -> tuple[Run, ...]:
    """Return a channel in one line. A live one is watched for silence by its own session; its age is since when."""
    word = wording.feed_words(channel.state) or tr("live")
    said = word
    if channel.age_ms is not None and channel.state == "live":
        said = tr("live since {t}", t=wording.clock(now_ms - channel.age_ms))
    elif channel.age_ms is not None:
        said = f"{wording.age(channel.age_ms)} {word}"
    why: tuple[Run, ...] = ()
    if channel.reason:
        why = (Space(10), Words(channel.reason, "second", px=theme.CAPTION, spare=1))
    tone: theme.Tone = "text" if channel.state == "live" else "third"
    return (
        Mark(shapes.of_feed(channel.state), 9, 7, says=word),
        Words(channel.name, tone, px=theme.CAPTION),
        Space(10),
        Words(said, "second", px=theme.CAPTION),
        *why,
    )


class FeedHealth(QDialog):
    """All feeds side by side. Not modal: the market goes on behind it; Escape closes it."""

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self.setWindowTitle(tr("Feeds: what is heard, and what is not"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(920, 640)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.GAP)
        self._grid.setContentsMargins(12, 12, 12, 12)
        self.cards: list[FeedCard] = []
        holder = QWidget()
        holder.setProperty("part", "scrolled")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.offline = QCheckBox(tr("Offline: close every connection of the market, also after the next start"))
        self.offline.clicked.connect(lambda offline: self._door.submit(SetOffline(offline)))
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 4, 16, 12)
        foot.addWidget(self.offline)
        outer.addWidget(area)
        outer.addLayout(foot)

    def _switch(self, venue: str, on: bool) -> None:
        self._door.submit(SetVenue(venue, on))

    def show_view(self, view: DeskView) -> None:
        """Show the feeds of a view."""
        self.offline.setChecked(view.offline)
        for place, feed in enumerate(view.feeds):
            if place == len(self.cards):
                card = FeedCard()
                card.switched.connect(lambda on, venue=feed.venue: self._switch(venue, on))
                self.cards.append(card)
                self._grid.addWidget(card, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
            self.cards[place].show_feed(feed, view.now_ms)
        for card in self.cards[len(view.feeds) :]:
            card.hide()
