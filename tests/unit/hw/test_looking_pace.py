"""How often the device's thread looks, by what the system tells."""

from collections.abc import Callable

from desktop.hw.looking_pace import LookingPace


class Watch:
    def __init__(self, *, tells: bool) -> None:
        self.tells = tells
        self.stopped = False

    def start(self, on_change: Callable[[], None]) -> bool:
        self.tell = on_change
        return self.tells

    def stop(self) -> None:
        self.stopped = True


def test_without_news_it_looks_steadily() -> None:
    for watch in (None, Watch(tells=False)):
        pace = LookingPace(1.0, watch, lambda: 0.0)
        pace.start(lambda: None)
        assert pace.pause_s(settled=True) == pace.pause_s(settled=False) == 1.0
        pace.stop()


def test_with_news_it_looks_seldom_but_often_right_after_them() -> None:
    now_s, heard, watch = [100.0], [], Watch(tells=True)
    pace = LookingPace(1.0, watch, lambda: now_s[0])
    pace.start(lambda: heard.append(1))
    assert (pace.pause_s(settled=True), pace.pause_s(settled=False)) == (5.0, 1.0)
    watch.tell()
    assert heard == [1]
    assert pace.pause_s(settled=True) == 1.0
    now_s[0] += 5
    assert pace.pause_s(settled=True) == 5.0
    pace.stop()
    assert watch.stopped
