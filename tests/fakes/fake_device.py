"""A hardware wallet without a wire: real keys, real signatures, and a person whose thumb the test moves."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Literal

from desktop.domain import solana_keys, solana_proof, tron_proof
from desktop.domain.account_key import account_path, address_of_account
from desktop.domain.base58 import encoded_bare
from desktop.domain.bitcoin_keys import PrivateNode, master_of, seed_of
from desktop.domain.chains import CHAINS
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import DeviceTrouble
from desktop.domain.evm_signature import message_digest, sign_digest
from desktop.domain.secp256k1 import sign_recoverable
from desktop.domain.signatures import ed25519_public_key, ed25519_signature
from desktop.domain.signed_message import sign
from desktop.engine.desk_view import DeviceView
from desktop.engine.ports import DeviceAccount, DeviceAddress, SignedMessage

MNEMONIC = " ".join(["all"] * 12)
ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"


class FakeDevice:
    """`DeviceDesk` with the keys of a mnemonic. `thumb` is what the person does with a prompt: yes, no, or wait.

    Without `looks` it never minds which account was pinned.
    """

    def __init__(
        self, *, passphrase: str = "", thumb: Literal["yes", "no", "wait"] = "yes", looks: bool = True
    ) -> None:
        self._looks = looks
        self._seed = seed_of(MNEMONIC, passphrase)
        self._master = master_of(self._seed)
        self.thumb = thumb
        self.present = True
        self.mended = 0
        self.shown: list[str] = []
        self.signed: list[str] = []
        self.asking = asyncio.Event()
        self._answer: asyncio.Future[bool] | None = None
        self.address_override = ""

    def view(self) -> DeviceView:
        """Return the device as it stands."""
        if not self.present:
            return DeviceView(state="absent")
        busy = self._answer is not None
        return DeviceView(state="busy" if busy else "ready", fingerprint=self._fingerprint(), asks=busy)

    async def fingerprint(self) -> str:
        """Return the master key's fingerprint."""
        self._must_be_here()
        return self._fingerprint()

    async def account(self, chain: str, path: str) -> DeviceAccount:
        """Return the account the path lies in."""
        self._must_be_here()
        account = account_path(path)
        key = "" if chain == "solana" else self._node(account).public().xpub()
        return DeviceAccount(self._fingerprint(), account, key)

    async def address(
        self, chain: str, path: str, *, show: bool, pinned: DeviceAccount | None = None
    ) -> DeviceAddress:
        """Derive an address; the person confirms it when shown."""
        self._must_be_here()
        await self._must_hold(pinned)
        address = self.address_override or self._address(chain, path)
        if show:
            self.shown.append(address)
            await self._confirmed()
        return DeviceAddress(address, path, CHAINS[chain].kind, self._fingerprint(), show)

    async def sign_message(
        self, chain: str, path: str, message: str, *, pinned: DeviceAccount | None = None
    ) -> SignedMessage:
        """Sign a text once the person agrees."""
        self._must_be_here()
        await self._must_hold(pinned)
        await self._confirmed()
        self.signed.append(message)
        return SignedMessage(self._address(chain, path), self._signature(chain, path, message))

    def _address(self, chain: str, path: str) -> str:
        if chain == "solana":
            return solana_keys.address_of_bytes(ed25519_public_key(self._solana_secret(path)))
        account = account_path(path)
        return address_of_account(self._node(account).public().xpub(), path, CHAINS[chain].kind)

    def _solana_secret(self, path: str) -> bytes:
        return solana_keys.secret_at(self._seed, parse_path(path)).secret

    def _signature(self, chain: str, path: str, message: str) -> str:
        secret = self._node(path).secret
        if chain == "bitcoin":
            return base64.b64encode(sign(secret, message, "p2wpkh")).decode()
        if chain == "ethereum":
            return "0x" + sign_digest(secret, message_digest(message.encode())).hex()
        if chain == "solana":
            message_bytes = solana_proof.bytes_to_sign(self._address(chain, path), message)
            return encoded_bare(ed25519_signature(self._solana_secret(path), message_bytes))
        raw = tron_proof.bytes_to_sign(self._address(chain, path), message)
        signature, recovery = sign_recoverable(secret, hashlib.sha256(raw).digest())
        return (signature + bytes([27 + recovery])).hex()

    def answer(self, id: int, way: str, secret: str) -> None:
        """Take nothing: this device asks for no PIN."""

    async def cancel(self) -> None:
        """Cancel the prompt: the waiting call raises."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(False)

    async def mend(self) -> None:
        """Note that the person agreed."""
        self.mended += 1

    def press(self, *, yes: bool) -> None:
        """Press a key while the device asks."""
        assert self._answer is not None, "the device asks nothing"
        self._answer.set_result(yes)

    def _must_be_here(self) -> None:
        if not self.present:
            raise DeviceTrouble("No wallet is connected.", "Connect it.")

    async def _must_hold(self, pinned: DeviceAccount | None) -> None:
        if self._looks and pinned is not None and await self.account("bitcoin", pinned.path) != pinned:
            raise DeviceTrouble("This is another wallet.", "Connect the right one.")

    def _fingerprint(self) -> str:
        return self._master.public().fingerprint()

    def _node(self, path: str) -> PrivateNode:
        return self._master.at(parse_path(path))

    async def _confirmed(self) -> None:
        agreed = self.thumb == "yes"
        if self.thumb == "wait":
            self._answer = asyncio.get_running_loop().create_future()
            self.asking.set()
            try:
                agreed = await self._answer
            finally:
                self._answer = None
                self.asking.clear()
        if not agreed:
            raise DeviceTrouble("'No' was pressed on the device.", "Start the step again when you are ready.")
