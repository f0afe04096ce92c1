"""The watch over the loop: a stall is told once, by another thread, and its end by the loop."""

from __future__ import annotations

import asyncio
import threading
import time

from desktop.engine.alerting.watchdog import Heartbeat, Watchdog


def test_a_stall_is_told_once_and_its_length_when_it_ends() -> None:
    heart = Heartbeat(0.0)
    seen = []
    for second in range(1, 12):
        seen.append(heart.look(float(second)))
    assert [told for told in seen if told is not None] == [6.0]
    assert heart.beat(12.0) == 12.0
    assert heart.beat(13.0) is None
    assert heart.look(14.0) is None


def test_a_loop_that_beats_is_never_told() -> None:
    heart = Heartbeat(0.0)
    for second in range(1, 60):
        heart.beat(float(second))
        assert heart.look(float(second)) is None


def test_when_the_watch_itself_stood_still_no_loop_is_blamed() -> None:
    heart = Heartbeat(0.0)
    heart.beat(1.0)
    assert heart.look(1.0) is None
    assert heart.look(3_600.0) is None, "the whole program slept"
    assert heart.look(3_601.0) is None


def test_a_loop_held_up_is_told_from_outside_while_it_still_stands() -> None:
    stalled, back = threading.Event(), threading.Event()
    threads: dict[str, str] = {}

    def on_stalled(seconds: float) -> None:
        threads["stalled"] = threading.current_thread().name
        stalled.set()

    async def main() -> None:
        done = asyncio.Event()

        def on_back(seconds: float) -> None:
            threads["back"] = threading.current_thread().name
            back.set()
            done.set()

        dog = Watchdog(asyncio.get_running_loop(), on_stalled, on_back, period_s=0.01, limit_s=0.05)
        dog.start()
        await asyncio.sleep(0)
        assert stalled.wait(5.0), "told while this very loop is held up"
        async with asyncio.timeout(5):
            await done.wait()
        dog.stop()

    asyncio.run(main())
    assert threads == {"stalled": "watchdog", "back": threading.main_thread().name}
    assert back.is_set()


def test_it_ends_with_a_closed_loop() -> None:
    loop = asyncio.new_event_loop()
    dog = Watchdog(loop, lambda seconds: None, lambda seconds: None, now_s=time.monotonic, period_s=0.001)
    loop.close()
    dog.start()
    dog._thread.join(5.0)
    assert not dog._thread.is_alive()
    dog.stop()
