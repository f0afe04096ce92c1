"""The frame clock and the bridge: pictures are pulled, news is pushed, nothing is lost or repeated."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineStopped, FallbackNotification, IncidentNews, PersonWantsTransfer
from desktop.engine.ports import Notification
from desktop.risk.reading import Level
from desktop.ui import frame_clock
from desktop.ui.engine_bridge import EngineBridge
from desktop.ui.frame_clock import FrameClock
from tests.fakes import desk


class Shown:
    """Keeps what the clock handed over."""

    def __init__(self) -> None:
        self.lines: list[DeskView] = []
        self.words: list[DeskView] = []
        self.silences: list[float] = []


@pytest.fixture
def clock(qtbot: QtBot) -> Iterator[tuple[FrameClock, Shown, desk.FakeEngineDoor]]:
    """Return a clock that is pulled by hand, what it showed, and its door."""
    holder = QWidget()
    qtbot.addWidget(holder)
    shown, door = Shown(), desk.FakeEngineDoor()
    made = FrameClock(door, shown.lines.append, shown.words.append, holder, silent=shown.silences.append)
    yield made, shown, door
    holder.deleteLater()


Clock = tuple[FrameClock, Shown, desk.FakeEngineDoor]


def test_the_same_picture_is_shown_once(clock: Clock) -> None:
    frames, shown, door = clock
    frames.pull()
    assert shown.lines == []
    door.latest = desk.calm()
    for _ in range(5):
        frames.pull()
    assert len(shown.lines) == 1
    assert len(shown.words) == 1


def test_lines_follow_every_picture_and_words_wait(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    frames, shown, door = clock
    for version in range(8):
        door.latest = desk.calm(version=version)
        frames.pull()
    assert [view.version for view in shown.lines] == list(range(8))
    assert [view.version for view in shown.words] == [0]
    monkeypatch.setattr(frame_clock, "TEXT_MS", 0)
    frames.pull()
    assert [view.version for view in shown.words] == [0, 7]


def test_a_rise_of_the_level_does_not_wait_for_the_words(clock: Clock) -> None:
    frames, shown, door = clock
    door.latest = desk.calm()
    frames.pull()
    door.latest = desk.calm(version=4, level=Level.WARNING)
    frames.pull()
    assert shown.words[-1].level is Level.WARNING


def test_an_engine_that_says_nothing_is_reported(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    frames, shown, door = clock
    door.latest = desk.calm(speed=1000.0)
    frames.pull()
    frames.pull()
    assert shown.silences == []
    monkeypatch.setattr(frame_clock, "SILENT_MS", -1.0)
    monkeypatch.setattr(frame_clock, "COMPLAIN_MS", 0)
    monkeypatch.setattr(frame_clock, "SLOWEST_MS", -1.0)
    frames.pull()
    assert len(shown.silences) == 1
    assert len(shown.words) == 1, "the old picture must not be shown again as if it were live"
    door.latest = desk.calm(version=9)
    frames.pull()
    assert shown.words[-1].version == 9


class Ear(QObject):
    """Keeps what it hears and on which thread."""

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(bridge)
        self.heard: list[object] = []
        self.threads: set[QThread] = set()
        for signal in (bridge.incident, bridge.fallback, bridge.transfer_wanted, bridge.stopped):
            signal.connect(self.hear)

    @Slot(object)
    def hear(self, news: object) -> None:
        """Keep it."""
        self.heard.append(news)
        self.threads.add(QThread.currentThread())


def test_news_of_another_thread_arrives_on_the_gui_thread_in_order(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    door = desk.FakeEngineDoor()
    ear = Ear(EngineBridge(door, holder))
    news = (
        IncidentNews(desk.cascade(), "opened"),
        FallbackNotification(Notification("1", "a", "b", urgent=False)),
        PersonWantsTransfer("cascade-started:BTC:1"),
        EngineStopped("done"),
    )
    thread = threading.Thread(target=lambda: [door.tell(each) for each in news])
    thread.start()
    thread.join()
    assert ear.heard == []
    qtbot.waitUntil(lambda: len(ear.heard) == 4)
    assert ear.heard == [news[0], news[1], "cascade-started:BTC:1", "done"]
    assert ear.threads == {holder.thread()}


def test_a_window_that_goes_away_hears_no_more(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    door = desk.FakeEngineDoor()
    bridge = EngineBridge(door, holder)
    ear = Ear(bridge)
    bridge.stop_listening()
    door.tell(EngineStopped("late"))
    other = EngineBridge(door, holder)
    with qtbot.waitSignal(other.stopped):
        door.tell(EngineStopped("late"))
    assert ear.heard == []


class Bell(QObject):
    """Rings."""

    rang = Signal(bool)


def test_qt_bears_many_signals_and_repaints(qtbot: QtBot) -> None:
    """A faulty release of the Qt binding ends the process here: it lost a reference at each call."""
    bell, widget = Bell(), QWidget()
    qtbot.addWidget(widget)
    heard = [0]

    def hear(_on: bool) -> None:
        heard[0] += 1

    bell.rang.connect(hear)
    for _ in range(5_000):
        bell.rang.emit(True)
    for _ in range(20_000):
        widget.update()
    assert heard == [5_000]
    assert True is bool(1)
    assert None is widget.update()
