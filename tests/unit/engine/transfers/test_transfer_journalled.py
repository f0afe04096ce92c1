"""Nothing counts before it is on disk, and a restart goes on from what is there."""

from __future__ import annotations

import asyncio
import json

import pytest
from msgspec.structs import replace

from desktop.custody.transfer_events import decode
from desktop.domain.errors import BadInput
from desktop.engine import commands as cmd
from tests.fakes.fake_device import ADDRESS
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.outside_world import Outside
from tests.fakes.transfer_walk import TEST_AMOUNT, TransferScene, play

OTHER_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def tags(journal: MemoryJournal) -> list[str]:
    return [str(json.loads(row.body)["event"]) for row in journal.rows]


def rules(told: tuple[tuple[str, str, str], ...]) -> list[str]:
    return [rule for rule, _, _ in told]


def test_every_event_is_on_disk_before_it_is_shown() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        def look() -> None:
            for view in stage.runner.views():
                told = [decode(row.body) for row in journal.rows if row.transfer_id == view.transfer.id]
                assert view.transfer.state == "draft" or any(
                    event.at_ms == view.transfer.known[view.transfer.state.value] for event in told
                )

        stage.on_change = look
        await stage.walk_to_verified()
        last = journal.rows[-1]
        assert decode(last.body).at_ms == stage.view.transfer.known["verified"]

    play(scene, journal=journal)


def test_a_journal_that_cannot_be_written_stops_the_step_and_says_so() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("proof")
        journal.broken = True
        await stage.do(cmd.ProveControl(stage.id))
        assert stage.view.page == "proof"
        assert "could not be written" in stage.view.refusal
        assert stage.device.signed == []  # the device is not asked for what could not be kept
        journal.broken = False
        await stage.do(cmd.ProveControl(stage.id))
        assert (stage.view.page, stage.view.refusal) == ("send", "")

    play(scene, journal=journal)


def test_a_write_whose_answer_was_lost_counts_as_it_stands_on_disk() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("route")
        journal.lose_answer = True
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.refusal
        journal.lose_answer = False
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.page == "destination"
        assert tags(journal).count("route_chosen") == 1
        await stage.walk_to_verified()

    play(scene, journal=journal)


def test_have_sent_twice_is_one_event() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await asyncio.gather(*(stage.runner.handle(cmd.HaveSent(stage.id)) for _ in range(3)))
        await stage.quiet()
        assert tags(journal).count("said_sent") == 1
        assert stage.view.page == "watch"

    play(scene, journal=journal)


def test_a_destination_that_was_put_into_the_journal_by_others_is_not_trusted() -> None:
    journal = MemoryJournal()

    async def walk(stage: TransferScene) -> None:
        await stage.walk_to_verified()

    play(walk, journal=journal)
    for key, proof in list(journal.kept.items()):
        journal.kept[key] = replace(proof, address=OTHER_ADDRESS)

    async def again() -> None:
        stage = TransferScene(journal=Reopened(journal))
        with pytest.raises(BadInput, match="never proved"):
            await stage.runner.restore()

    asyncio.run(again())


class Reopened(MemoryJournal):
    """What the next start of the program finds."""

    def __init__(self, before: MemoryJournal) -> None:
        super().__init__()
        self.rows, self.kept = list(before.rows), dict(before.kept)


@pytest.mark.parametrize("page", ["what", "route", "destination", "proof", "send", "watch", "unknown", "done"])
def test_a_restart_opens_the_same_page_and_goes_on(page: str) -> None:
    journal, outside = MemoryJournal(), Outside()

    async def first(stage: TransferScene) -> None:
        if page != "unknown":
            await stage.walk_to(page)
            return
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        await stage.pass_until(lambda: stage.view.page == "unknown")

    async def second(stage: TransferScene) -> None:
        assert stage.view.page == page
        assert stage.view.busy == stage.view.refusal == ""
        if page == "unknown":
            stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
            await stage.pass_until(lambda: stage.view.page == "watch")
        await stage.walk_to_verified()
        assert len(stage.outside.withdrawn) == 1

    play(first, journal=journal, outside=outside)
    play(second, journal=Reopened(journal), outside=outside)


def test_after_a_restart_nobody_is_told_to_send_before_the_records_were_read() -> None:
    journal, outside = MemoryJournal(), Outside()

    async def first(stage: TransferScene) -> None:
        await stage.walk_to("send")

    async def second() -> None:
        stage = TransferScene(journal=Reopened(journal), outside=outside, hurried=True)
        async with stage:
            assert "G16" in rules(stage.view.objections)
            stage.exchange.silent = True
            await stage.pass_time(1)
            assert "G16" not in rules(stage.view.objections)
            assert "G16" in rules(stage.view.warnings)

    play(first, journal=journal, outside=outside)
    asyncio.run(second())


def test_a_journal_row_that_cannot_follow_is_named() -> None:
    journal = MemoryJournal()

    async def first(stage: TransferScene) -> None:
        await stage.walk_to("proof")

    play(first, journal=journal)
    reopened = Reopened(journal)
    del reopened.rows[2]

    async def second() -> None:
        with pytest.raises(BadInput, match="transfer journal, row 4"):
            await TransferScene(journal=reopened).runner.restore()

    asyncio.run(second())
