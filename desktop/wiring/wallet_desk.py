"""The device worker of `desktop.hw`, seen as the engine's `DeviceDesk`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from desktop.domain.errors import SeawallError
from desktop.engine.desk_view import AnswerWay, DeviceQuestion, DeviceView
from desktop.engine.ports import DeviceAccount, DeviceAddress, SignedMessage
from desktop.hw import pinned_account, public_keys
from desktop.hw.device_worker import DeviceState, DeviceWorker
from desktop.hw.doctor import DeviceFinding, SeenDevice, Wish, wished
from desktop.hw.prompts import PassphraseAnswer, PassphrasePrompt, PinAnswer, PinPrompt, Prompt, PromptDesk
from desktop.hw.session import Session
from desktop.wiring.wallet_chains import wallet_of

T = TypeVar("T")


class WalletDesk:
    """Ask the device on its own thread and wait for the answer on the engine's loop.

    In practice the on-screen device tells its own words (`practice_screen`), so that the person reads what the device
    really shows rather than what was sent to it. `wish` tells what the wallet is wanted for: another
    one, or one whose firmware is too old for it, is told as a trouble of a wallet that can be reached.
    """

    def __init__(
        self,
        worker: DeviceWorker,
        *,
        practice_screen: Callable[[], tuple[Sequence[str], bool]] | None = None,
        install_rule: Callable[[], None] | None = None,
        prompts: PromptDesk | None = None,
        wish: Callable[[], Wish] = Wish,
    ) -> None:
        self._worker = worker
        self._prompts = prompts
        self._practice_screen = practice_screen
        self._install_rule = install_rule
        self._wish = wish
        self._judged: tuple[DeviceState, Wish, DeviceFinding | None] = (DeviceState(), Wish(), None)
        self._installing: threading.Thread | None = None
        self._not_installed: SeawallError | None = None

    def view(self) -> DeviceView:
        """Return the device as it stands. Any thread."""
        state = self._worker.state
        failed = self._not_installed if state.mend else None
        lacking = self._lacking(state)
        # What Seawall can mend stands on a button: a command line beside it would be a second next step.
        trouble, remedy = state.trouble, "" if state.mend else state.remedy
        if lacking is not None:
            trouble, remedy = lacking.found, lacking.remedy
        screen, asks, keys = state.screen, state.asks, False
        if self._practice_screen is not None:
            lines, asks = self._practice_screen()
            screen, keys = tuple(lines), True
        return DeviceView(
            state=state.state,
            model=state.model,
            label=state.label,
            fingerprint=state.fingerprint,
            screen=screen,
            asks=asks,
            has_keys=keys,
            trouble=failed.message if failed else trouble,
            remedy=failed.remedy if failed else remedy,
            mend=state.mend,
            question=None if self._prompts is None else _question(self._prompts.open_prompt),
        )

    def _lacking(self, state: DeviceState) -> DeviceFinding | None:
        """Return what an open wallet lacks for what it is wanted for."""
        wish = self._wish()
        if (state, wish) != self._judged[:2]:
            found = wished(state.model or "the wallet", _known(state), wish) if state.fingerprint else []
            self._judged = (state, wish, found[0] if found else None)
        return self._judged[2]

    def answer(self, id: int, way: AnswerWay, secret: str) -> None:
        """Answer the open question if it has that id. Any thread."""
        asked = None if self._prompts is None else self._prompts.open_prompt
        if self._prompts is None or asked is None or asked.id != id:
            return
        given = secret if way == "here" else None
        if isinstance(asked, PinPrompt):
            self._prompts.answer(PinAnswer(id, given))
        else:
            self._prompts.answer(PassphraseAnswer(id, given, attach_pin=way == "hidden_pin"))

    async def fingerprint(self) -> str:
        """Return the master key's fingerprint. Raises DeviceTrouble."""
        return await self._asked(public_keys.fingerprint)

    async def account(self, chain: str, path: str) -> DeviceAccount:
        """Return the account that this path lies in; asks nothing of the person. Raises DeviceTrouble."""
        wallet = wallet_of(chain)
        return await self._asked(lambda session: wallet.account(session, path))

    async def address(
        self, chain: str, path: str, *, show: bool, pinned: DeviceAccount | None = None
    ) -> DeviceAddress:
        """Derive an address, shown and confirmed on the device when `show`. Raises DeviceTrouble.

        A device that does not hold the `pinned` account shows nothing: WrongWallet.
        """
        wallet = wallet_of(chain)
        return await self._asked(_if_held(pinned, lambda session: wallet.address(session, path, show)))

    async def sign_message(
        self, chain: str, path: str, message: str, *, pinned: DeviceAccount | None = None
    ) -> SignedMessage:
        """Let the person sign a text on the device. Raises as `address` does."""
        wallet = wallet_of(chain)
        return await self._asked(_if_held(pinned, lambda session: wallet.sign(session, path, message)))

    async def cancel(self) -> None:
        """Cancel what the device is asking now."""
        self._worker.cancel()

    async def mend(self) -> None:
        """Install the udev rule on a thread of its own: the system may ask the person for a password meanwhile."""
        if self._install_rule is None or (self._installing is not None and self._installing.is_alive()):
            return
        self._installing = threading.Thread(
            target=self._install, args=(self._install_rule,), name="udev rule", daemon=True
        )
        self._installing.start()

    def _install(self, install_rule: Callable[[], None]) -> None:
        try:
            install_rule()
            self._not_installed = None
        except SeawallError as trouble:
            self._not_installed = trouble
        self._worker.look_again()

    async def close(self) -> None:
        """Cancel what is asked, let go of the device and end its thread."""
        await asyncio.to_thread(self._worker.stop)

    async def _asked(self, operation: Callable[[Session], T]) -> T:
        return await asyncio.wrap_future(self._worker.submit(operation))


def _if_held(pinned: DeviceAccount | None, operation: Callable[[Session], T]) -> Callable[[Session], T]:
    """Return the operation, preceded by a look whether the device holds the pinned account."""

    def checked(session: Session) -> T:
        if pinned is not None:
            account = pinned_account.PinnedAccount(pinned.fingerprint, pinned.path, pinned.xpub)
            pinned_account.must_be(session, account)
        return operation(session)

    return checked


def _known(state: DeviceState) -> SeenDevice:
    return SeenDevice(
        state.path,
        model=state.model,
        firmware=state.firmware,
        bitcoin_only=state.bitcoin_only,
        fingerprint=state.fingerprint,
    )


def _question(prompt: Prompt | None) -> DeviceQuestion | None:
    match prompt:
        case PinPrompt():
            return DeviceQuestion(
                prompt.id, "pin", keys=prompt.keys, hidden=prompt.hidden, on_device=prompt.may_type_on_device
            )
        case PassphrasePrompt():
            return DeviceQuestion(prompt.id, "passphrase", here=prompt.host_may_enter, attach_pin=prompt.attach_pin)
    return None
