"""The channel desk: tries are bounded, newer replaces older, failure is told, success is proved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from desktop.alerts.channel_words import ChannelMessage, message_of
from desktop.domain.errors import NetworkTrouble
from desktop.engine.alerting.channel_desk import MOST_WAITING, PAUSES_SECONDS, ChannelDesk
from desktop.risk.reading import Level
from tests.fakes.desk import cascade
from tests.fakes.manual_clock import ManualClock

MESSAGE = message_of(cascade(), "opened", sizes_allowed=False)


class Line:
    """A channel that fails as often as it is told to."""

    def __init__(self, name: str = "ntfy", failures: int = 0, least: Level = Level.WARNING) -> None:
        self.name, self.least, self.failures = name, least, failures
        self.sent: list[ChannelMessage] = []
        self.took = asyncio.Event()

    async def send(self, message: ChannelMessage) -> str:
        if self.failures:
            self.failures -= 1
            raise NetworkTrouble("the host did not answer", "It is tried again.")
        self.sent.append(message)
        self.took.set()
        return "answered 200"

    async def close(self) -> None:
        """Nothing to close."""


def play(scene: Callable[[ManualClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(10):
            await scene(ManualClock())

    asyncio.run(whole())


async def running(desk: ChannelDesk) -> asyncio.Task[None]:
    return asyncio.create_task(desk.run())


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_message_is_tried_again_and_its_proof_is_kept() -> None:
    async def scene(clock: ManualClock) -> None:
        line, well = Line(failures=2), []
        desk = ChannelDesk([line], clock)
        desk.on_well = well.append
        task = await running(desk)
        desk.ring((), MESSAGE)
        for pause in PAUSES_SECONDS[:2]:
            await clock.next_sleep(pause)
            assert desk.views()[0].state == "trying"
            await clock.advance(pause)
        await line.took.wait()
        await asyncio.sleep(0)
        assert [proof.attempt for proof in desk.proofs] == [1, 2, 3]
        assert (desk.proofs[-1].proof, desk.views()[0].state, well) == ("answered 200", "works", ["ntfy"])
        await ended(task)

    play(scene)


def test_after_the_last_try_the_channel_has_failed_and_says_so() -> None:
    async def scene(clock: ManualClock) -> None:
        told: list[tuple[str, str]] = []
        desk = ChannelDesk([Line(failures=99)], clock)
        failed = asyncio.Event()

        def note(name: str, reason: str) -> None:
            told.append((name, reason))
            failed.set()

        desk.on_failed = note
        task = await running(desk)
        desk.ring((), MESSAGE)
        for pause in PAUSES_SECONDS:
            await clock.next_sleep(pause)
            await clock.advance(pause)
        await failed.wait()
        assert told == [("ntfy", "the host did not answer")]
        assert (desk.views()[0].state, len(desk.proofs)) == ("failed", 4)
        await ended(task)

    play(scene)


def test_while_it_is_tried_again_a_newer_message_takes_its_place() -> None:
    async def scene(clock: ManualClock) -> None:
        line = Line(failures=1)
        desk = ChannelDesk([line], clock)
        task = await running(desk)
        desk.ring((), MESSAGE)
        await clock.next_sleep(PAUSES_SECONDS[0])
        newer = msgspec.structs.replace(MESSAGE, level=Level.CRITICAL, occasion="raised")
        desk.ring((), newer)
        await clock.advance(PAUSES_SECONDS[0])
        await line.took.wait()
        assert line.sent == [newer]
        await ended(task)

    play(scene)


def test_a_message_that_was_being_tried_waits_for_the_channel_that_takes_the_place() -> None:
    async def scene(clock: ManualClock) -> None:
        old, new = Line(failures=99), Line()
        desk = ChannelDesk([old], clock)
        task = await running(desk)
        desk.ring((), MESSAGE)
        await clock.next_sleep(PAUSES_SECONDS[0])
        await desk.replace([new])
        await new.took.wait()
        assert new.sent == [MESSAGE]
        await asyncio.sleep(0)
        assert desk.views()[0].waiting == 0
        await desk.replace([Line()])
        assert desk.views()[0].waiting == 0, "what was sent is not sent again"
        await ended(task)

    play(scene)


def test_named_channels_alone_ring_and_only_from_their_least_level() -> None:
    async def scene(clock: ManualClock) -> None:
        ntfy, mail = Line("ntfy"), Line("email", least=Level.CRITICAL)
        desk = ChannelDesk([ntfy, mail], clock)
        desk.ring(("email",), MESSAGE)
        desk.ring((), MESSAGE)
        assert [view.waiting for view in desk.views()] == [1, 0]

    play(scene)


def test_a_test_message_goes_out_at_any_level_and_is_tried_once() -> None:
    async def scene(clock: ManualClock) -> None:
        line = Line(failures=1, least=Level.CRITICAL)
        desk = ChannelDesk([line], clock)
        failed = asyncio.Event()
        desk.on_failed = lambda name, reason: failed.set()
        task = await running(desk)
        assert desk.test("ntfy")
        assert not desk.test("pigeon")
        await failed.wait()
        assert len(desk.proofs) == 1
        assert desk.test("ntfy")
        await line.took.wait()
        assert line.sent[0].occasion == "test"
        await ended(task)

    play(scene)


def test_what_waits_is_bounded_and_the_newest_stays() -> None:
    async def scene(clock: ManualClock) -> None:
        desk = ChannelDesk([Line()], clock)
        for number in range(MOST_WAITING + 20):
            desk.ring((), msgspec.structs.replace(MESSAGE, incident_id=str(number)))
        assert desk.views()[0].waiting == MOST_WAITING

    play(scene)


@pytest.mark.expects_log("a channel failed in its own way")
def test_a_mistake_in_one_channel_does_not_end_the_others() -> None:
    class Broken(Line):
        async def send(self, message: ChannelMessage) -> str:
            raise ZeroDivisionError

    async def scene(clock: ManualClock) -> None:
        good = Line("email")
        desk = ChannelDesk([Broken("ntfy"), good], clock)
        task = await running(desk)
        desk.ring((), MESSAGE)
        await good.took.wait()
        await clock.next_sleep(PAUSES_SECONDS[0])
        assert "ZeroDivisionError" in desk.views()[0].trouble
        await ended(task)

    play(scene)
