"""What a PSBT would do, judged before the device hears of it: whose coins it spends, whom it pays. Pure.

Nothing that the file says of keys is believed: each key it calls the wallet's own is derived again from the wallet's
public key, and the script it is said to open is made from that. Amounts come from the previous transactions, whose
hash the transaction names.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.derivation_path import ScriptType
from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.byte_stream import ByteStream
from desktop.hw.bitcoin.ownership import Owner, OwnKey
from desktop.hw.bitcoin.psbt import Psbt
from desktop.hw.bitcoin.psbt_versions import Fields, field
from desktop.hw.bitcoin.transaction import (
    Output,
    Transaction,
    is_taproot,
    read_output,
    read_transaction,
    txid_text,
    written,
)
from desktop.hw.errors import WrongWallet

_SCRIPT_SIG_SIZE: dict[ScriptType, int] = {"p2pkh": 107, "p2sh-p2wpkh": 23}
_WITNESS_SIZE: dict[ScriptType, int] = {"p2wpkh": 108, "p2sh-p2wpkh": 108, "p2tr": 66}
PublicKeyAt = Callable[[tuple[int, ...]], bytes]


class Coin(msgspec.Struct, frozen=True):
    """An output that is spent. `previous` is the transaction it stands in, `own` the wallet's key for it or None."""

    spent: Output
    previous: Transaction | None
    own: OwnKey | None

    @property
    def script(self) -> ScriptType:
        """Return how it is spent; what others spend is taken as p2wpkh."""
        return self.own.script if self.own else "p2wpkh"


class Payment(msgspec.Struct, frozen=True):
    """An output that is paid; `own` is the wallet's key that it pays, None for everybody else."""

    output: Output
    own: OwnKey | None


class Spending(msgspec.Struct, frozen=True):
    """A PSBT understood. `coins` and `payments` are in the order of its inputs and outputs."""

    psbt: Psbt
    coins: tuple[Coin, ...]
    payments: tuple[Payment, ...]
    testnet: bool

    @property
    def foreign(self) -> tuple[int, ...]:
        """Return which inputs are not the wallet's."""
        return tuple(place for place, coin in enumerate(self.coins) if coin.own is None)

    @property
    def fee(self) -> int:
        """Return the fee in satoshi."""
        return sum(coin.spent.amount for coin in self.coins) - sum(pay.output.amount for pay in self.payments)

    @property
    def vsize(self) -> int:
        """Return the size in virtual bytes once it is signed; inputs of others are taken as p2wpkh."""
        scripts = sum(_SCRIPT_SIG_SIZE.get(coin.script, 0) for coin in self.coins)
        witnesses = sum(_WITNESS_SIZE.get(coin.script, 1) for coin in self.coins)
        return len(written(self.psbt.transaction)) + scripts + (witnesses + 5) // 4

    @property
    def taproot_only(self) -> bool:
        """Return whether all inputs are taproot: then no wallet asks for previous transactions."""
        return all(is_taproot(coin.spent.script) for coin in self.coins)

    def is_change(self, payment: Payment) -> bool:
        """Return whether the wallet takes an output as change and does not show it: all that it spends is of one
        account and one script type, and the output goes back there.
        """
        if payment.own is None:
            return False
        accounts = {(coin.own.script, coin.own.path[:3]) for coin in self.coins if coin.own}
        return accounts == {(payment.own.script, payment.own.path[:3])}


def understood(psbt: Psbt, fingerprint: str, public_key_at: PublicKeyAt) -> Spending:
    """Return what the PSBT does, seen by the wallet of this fingerprint; `public_key_at` asks it for a key.

    Raise BadInput naming the input or output that is off; WrongWallet if no input is this wallet's.
    """
    owner = Owner(fingerprint, public_key_at)
    spent = [_spent(psbt, place) for place in range(len(psbt.inputs))]
    _need_this_wallet(psbt, owner)
    coins = tuple(
        Coin(output, previous, owner.of_input(place, psbt.inputs[place], output.script))
        for place, (output, previous) in enumerate(spent)
    )
    payments = tuple(
        Payment(output, owner.of_output(place, fields, output.script))
        for place, (output, fields) in enumerate(zip(psbt.transaction.outputs, psbt.outputs, strict=True))
    )
    spending = Spending(psbt, coins, payments, owner.testnet(psbt.general))
    _need_previous(spending)
    if spending.fee < 0:
        raise BadInput(f"the outputs pay {-spending.fee} satoshi more than the inputs hold", _BUILD_AGAIN)
    return spending


def _spent(psbt: Psbt, place: int) -> tuple[Output, Transaction | None]:
    """Return the output that an input spends, and its whole transaction if the PSBT has it."""
    fields, spends = psbt.inputs[place], psbt.transaction.inputs[place]
    told = _witness_utxo(fields)
    raw = field(fields, f.NON_WITNESS_UTXO)
    if raw is None:
        if told is None:
            raise BadInput(f"input {place}: the output it spends is missing", _WITH_PREVIOUS)
        return told, None
    previous = read_transaction(raw, f"the previous transaction of input {place}")
    if previous.txid() != spends.txid:
        raise BadInput(
            f"input {place}: the previous transaction is {txid_text(previous.txid())}, not {txid_text(spends.txid)}",
            _BUILD_AGAIN,
        )
    if spends.index >= len(previous.outputs):
        raise BadInput(f"input {place}: the previous transaction has no output {spends.index}", _BUILD_AGAIN)
    found = previous.outputs[spends.index]
    if told is not None and told != found:
        raise BadInput(
            f"input {place}: {told.amount} satoshi are claimed, the previous transaction pays {found.amount}"
            if told.amount != found.amount
            else f"input {place}: its script is not that of the previous transaction",
            _BUILD_AGAIN,
        )
    return found, previous


def _witness_utxo(fields: Fields) -> Output | None:
    raw = field(fields, f.WITNESS_UTXO)
    return None if raw is None else read_output(ByteStream(raw, "the spent output"))


def _need_this_wallet(psbt: Psbt, owner: Owner) -> None:
    named = {single.fingerprint for fields in psbt.inputs for single in owner.named(fields, f.INPUT_DERIVATION)}
    if not named:
        raise BadInput("the PSBT does not say which keys its inputs need", _WITH_DERIVATIONS)
    if owner.fingerprint not in named:
        raise WrongWallet(" and ".join(sorted(named)), owner.fingerprint)


def _need_previous(spending: Spending) -> None:
    if spending.taproot_only:
        return
    for place, coin in enumerate(spending.coins):
        if coin.previous is None:
            raise BadInput(f"input {place}: its previous transaction is missing", _WITH_PREVIOUS)


_BUILD_AGAIN = "Do not sign it. Build the transaction again with a wallet program that is up to date."
_WITH_PREVIOUS = "Export the PSBT with its previous transactions (non-witness UTXOs)."
_WITH_DERIVATIONS = "Export the PSBT with its key origins (BIP 32 derivations)."
