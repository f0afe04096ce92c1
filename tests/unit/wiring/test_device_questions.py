"""What the wallet wants from this computer, from the wallet to the view and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from desktop.engine.commands import AnswerDevice
from desktop.engine.desk_view import DeviceQuestion
from desktop.hw import errors
from desktop.hw.carriers.udp_transport import answering
from desktop.hw.device_worker import DeviceState, DeviceWorker
from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.prompts import PassphrasePrompt, PinPrompt, PromptDesk
from desktop.wiring.wallet_desk import WalletDesk
from tests.fakes.device_bench import SEGWIT_PATH, Watched, emulator

STANDARD = "5c9e228d"


class Bench:
    """A desk on an emulated wallet, and the person's side of its questions."""

    def __init__(self, device: Emulator) -> None:
        self.device = device
        self.prompted, self.states = Watched(), Watched()
        prompts = PromptDesk(self.prompted.put)
        self.worker = DeviceWorker(
            lambda: answering("127.0.0.1", device.port), self.states.put, prompter=prompts, poll_s=0.02
        )
        self.desk = WalletDesk(self.worker, prompts=prompts)

    async def question(self, kind: str) -> DeviceQuestion:
        wanted = PinPrompt if kind == "pin" else PassphrasePrompt
        await asyncio.to_thread(self.prompted.wait_for, lambda prompt: isinstance(prompt, wanted))
        asked = self.desk.view().question
        assert asked is not None
        assert asked.kind == kind
        return asked


def _waits(state: object) -> bool:
    return isinstance(state, DeviceState) and state.state == "locked"


@asynccontextmanager
async def bench(setup: Setup) -> AsyncIterator[Bench]:
    with emulator(setup=setup) as device:
        here = Bench(device)
        here.worker.start()
        try:
            yield here
        finally:
            await here.desk.close()


def test_a_passphrase_is_asked_when_the_wallet_is_needed_and_not_before() -> None:
    async def scene() -> None:
        async with bench(Setup(MODELS["classic1s"], passphrase=True, attach_pin="5566")) as here:
            await asyncio.to_thread(
                here.states.wait_for, lambda state: isinstance(state, DeviceState) and state.remedy
            )
            assert "passphrase" in here.desk.view().trouble
            assert here.prompted.seen == []
            wanted = asyncio.ensure_future(here.desk.account("bitcoin", SEGWIT_PATH))
            asked = await here.question("passphrase")
            assert (asked.here, asked.attach_pin) == (True, True)
            here.desk.answer(asked.id + 1, "here", "")  # for another question: left out
            here.desk.answer(asked.id, "here", "abc")
            account = await wanted
            assert account.fingerprint != STANDARD
            assert here.desk.view().question is None
            assert here.desk.view().fingerprint == account.fingerprint

    asyncio.run(scene())


def test_a_pin_is_given_as_places_of_the_shuffled_grid() -> None:
    async def scene() -> None:
        async with bench(Setup(MODELS["classic1s"], pin="1020", scrambled=True)) as here:
            wanted = asyncio.ensure_future(here.desk.fingerprint())
            asked = await here.question("pin")
            assert (asked.keys, asked.on_device, asked.hidden) == (10, True, False)
            here.desk.answer(asked.id, "here", here.device.positions_of("1020"))
            assert await wanted == STANDARD

    asyncio.run(scene())


def test_the_pin_of_a_hidden_wallet_is_asked_after_it_was_chosen() -> None:
    async def scene() -> None:
        async with bench(Setup(MODELS["classic1s"], passphrase=True, attach_pin="5566")) as here:
            wanted = asyncio.ensure_future(here.desk.fingerprint())
            asked = await here.question("passphrase")
            here.desk.answer(asked.id, "hidden_pin", "")
            pin = await here.question("pin")
            assert pin.hidden
            here.desk.answer(pin.id, "here", here.device.positions_of("5566"))
            assert await wanted != STANDARD

    asyncio.run(scene())


def test_cancel_is_an_answer_and_sends_the_device_home() -> None:
    async def scene() -> None:
        async with bench(Setup(MODELS["classic1s"], pin="1234")) as here:
            wanted = asyncio.ensure_future(here.desk.fingerprint())
            await here.question("pin")
            await here.desk.cancel()
            with pytest.raises(errors.Cancelled):
                await wanted
            assert here.desk.view().question is None
            assert here.device.screen()[-1] == "Locked"

    asyncio.run(scene())


def test_the_command_does_not_show_its_secret() -> None:
    assert "7391" not in repr(AnswerDevice(1, "here", "7391"))
