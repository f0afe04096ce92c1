"""Which inputs and outputs of a PSBT are the wallet's: claimed by the file, proved by deriving again. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.bitcoin_keys import script_of_key
from desktop.domain.derivation_path import HARDENED, SCRIPT_TYPES, ScriptType, path_text, script_of_path
from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.psbt_versions import Fields, field

_COIN_TYPES = {HARDENED: False, HARDENED + 1: True}  # of a path's second step: whether it is the test network
_XPUB_VERSIONS = {bytes.fromhex("0488b21e"): False, bytes.fromhex("043587cf"): True}
_OF_MANY_KEYS = (b"\xa9\x14", b"\x00\x20")  # how p2sh and p2wsh scripts begin


class OwnKey(msgspec.Struct, frozen=True):
    """A key of the wallet: where it is, how it is paid, and the compressed key itself, derived here."""

    path: tuple[int, ...]
    script: ScriptType
    public_key: bytes

    @property
    def output_script(self) -> bytes:
        """Return the script that pays this key."""
        return script_of_key(self.public_key, self.script)


class Owner:
    """The wallet of a fingerprint (8 hex digits). `public_key_at` gives its compressed key at a path."""

    def __init__(self, fingerprint: str, public_key_at: Callable[[tuple[int, ...]], bytes]) -> None:
        self.fingerprint = fingerprint
        self._public_key_at = public_key_at
        self._networks: set[bool] = set()

    def named(self, fields: Fields, kind: int) -> list[f.Derivation]:
        """Return all keys that an input's or output's fields name; `kind` is its type of BIP 32 derivations."""
        tap_kind = f.INPUT_TAP_DERIVATION if kind == f.INPUT_DERIVATION else f.OUTPUT_TAP_DERIVATION
        plain = [f.derivation(key, value) for key, value in fields.items() if key[0] == kind]
        return plain + [f.tap_derivation(key, value) for key, value in fields.items() if key[0] == tap_kind]

    def of_input(self, place: int, fields: Fields, script: bytes) -> OwnKey | None:
        """Return the wallet's key that an input needs, None if it names none of this wallet.

        Raise BadInput if it names one that does not open the script: such a file is wrong, or lies.
        """
        what = f"input {place}"
        mine = self._mine(fields, f.INPUT_DERIVATION)
        if not mine:
            return None
        keys = [self._proved(what, single) for single in mine]
        for key in keys:
            if key.output_script == script:
                _check_redeem_script(what, fields, key)
                return key
        raise _does_not_open(what, keys[0], script)

    def of_output(self, place: int, fields: Fields, script: bytes) -> OwnKey | None:
        """Return the wallet's key that an output pays, None if it is shown as anybody else's.

        Raise BadInput if the output names a key of this wallet and pays another one.
        """
        what, shared = f"output {place}", script[:2] in _OF_MANY_KEYS
        mine = [one for one in self._mine(fields, f.OUTPUT_DERIVATION) if not shared or _is_account(one.path)]
        for claimed in mine:
            key = self._proved(what, claimed)
            if key.output_script == script:
                return key
        if not mine or shared:
            return None
        where = path_text(mine[0].path)
        raise BadInput(f"{what} claims to pay this wallet's key at {where} and pays another script", _DO_NOT_SIGN)

    def testnet(self, general: Fields) -> bool:
        """Return whether all that is the wallet's is on the test network. Raise BadInput if networks are mixed."""
        told = {_XPUB_VERSIONS[key[1:5]] for key in general if key[0] == f.GLOBAL_XPUB and key[1:5] in _XPUB_VERSIONS}
        if len(self._networks | told) != 1:
            raise BadInput("wrong network: keys of the main and the test network are mixed", _DO_NOT_SIGN)
        return True in self._networks

    def _mine(self, fields: Fields, kind: int) -> list[f.Derivation]:
        return [one for one in self.named(fields, kind) if one.fingerprint == self.fingerprint and not one.leaves]

    def _proved(self, what: str, claimed: f.Derivation) -> OwnKey:
        """Return the wallet's key at the claimed path. Raise BadInput if the path or the key is not as it must be."""
        path, where = claimed.path, path_text(claimed.path)
        if not _is_account(path):
            raise BadInput(f"{what}: the path {where} is not one of a single-key account", _ACCOUNT_PATHS)
        script = script_of_path(path)
        if path[1] not in _COIN_TYPES:
            raise BadInput(f"{what}: wrong network: the path {where} is not one of Bitcoin", _ACCOUNT_PATHS)
        self._networks.add(_COIN_TYPES[path[1]])
        key = self._public_key_at(path)
        if claimed.public_key not in (key, key[1:]):
            raise BadInput(f"{what} names a key at {where} that this wallet does not have there", _DO_NOT_SIGN)
        return OwnKey(path, script, key)


def _check_redeem_script(what: str, fields: Fields, key: OwnKey) -> None:
    told = field(fields, f.REDEEM_SCRIPT)
    if told is not None and (key.script != "p2sh-p2wpkh" or told != script_of_key(key.public_key, "p2wpkh")):
        raise BadInput(f"{what}: its redeem script does not belong to the output it spends", _DO_NOT_SIGN)


def _does_not_open(what: str, key: OwnKey, script: bytes) -> BadInput:
    where = path_text(key.path)
    for other in SCRIPT_TYPES:
        if script == script_of_key(key.public_key, other):
            words = f"{what} spends a {other} output with the key at {where}, a path kept for {key.script}"
            return BadInput(words, _ACCOUNT_PATHS)
    return BadInput(f"{what}: the key at {where} alone does not open the script {script[:40].hex()}", _SINGLE_KEYS)


def _is_account(path: tuple[int, ...]) -> bool:
    """Return whether the path is purpose', coin', account', branch, index."""
    return [bool(step & HARDENED) for step in path] == [True, True, True, False, False]


_ACCOUNT_PATHS = "Use an account at m/44', 49', 84' or 86', with 0' (or 1' for the test network) after it."
_DO_NOT_SIGN = "Do not sign it. Check the wallet's passphrase, and build the transaction again."
_SINGLE_KEYS = "Seawall signs for single keys: p2pkh, p2sh-p2wpkh, p2wpkh, and p2tr by its key."
