"""PSBTs of a wallet with the words "all" ×12, made by a library that Seawall does not use (embit)."""

from __future__ import annotations

from typing import NamedTuple

from embit import bip32, bip39, script
from embit.networks import NETWORKS
from embit.psbt import PSBT, DerivationPath
from embit.transaction import Transaction, TransactionInput, TransactionOutput

from tests.fakes.device_bench import ALL

ROOT = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(ALL))
FINGERPRINT = ROOT.my_fingerprint
PURPOSE = {"p2pkh": 44, "p2sh-p2wpkh": 49, "p2wpkh": 84, "p2tr": 86}
STRANGER = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(["zoo"] * 11 + ["wrong"])))
SOMEONE = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


class Coin(NamedTuple):
    """An output to spend, or, with `change`, one that pays the wallet itself."""

    kind: str = "p2wpkh"
    amount: int = 100_000
    index: int = 0
    branch: int = 0
    account: int = 0
    testnet: bool = False
    sequence: int = 0xFFFFFFFD
    root: bip32.HDKey = ROOT

    @property
    def path(self) -> list[int]:
        hard = 0x80000000
        return [hard + PURPOSE[self.kind], hard + self.testnet, hard + self.account, self.branch, self.index]

    @property
    def key(self) -> object:
        return self.root.derive(self.path).key.get_public_key()

    @property
    def script(self) -> script.Script:
        match self.kind:
            case "p2pkh":
                return script.p2pkh(self.key)
            case "p2sh-p2wpkh":
                return script.p2sh(script.p2wpkh(self.key))
            case "p2wpkh":
                return script.p2wpkh(self.key)
        return script.p2tr(self.key)


class Payment(NamedTuple):
    """An output to someone else: an address, or a script as it stands."""

    amount: int
    address: str = SOMEONE
    script: bytes | None = None


def op_return(data: bytes) -> Payment:
    push = bytes([len(data)]) if len(data) < 76 else bytes([76, len(data)])
    return Payment(0, script=b"\x6a" + push + data)


def previous(coin: Coin, place: int = 1) -> Transaction:
    """Return a transaction that pays the coin at this output, among others."""
    other = TransactionOutput(5_000, script.p2wpkh(STRANGER.key.get_public_key()))
    outputs = [other] * place + [TransactionOutput(coin.amount, coin.script), other]
    spends = TransactionInput(bytes([coin.index % 251, coin.branch, coin.account]) * 10 + b"\1\2", 3, script.Script())
    spends.witness = script.Witness([b"\x01" * 71, b"\x02" * 33])
    return Transaction(2, [spends], outputs, 0)


def psbt_of(
    coins: list[Coin],
    outputs: list[Coin | Payment],
    *,
    version: int | None = None,
    lock_time: int = 0,
    tx_version: int = 2,
) -> PSBT:
    """Return a PSBT that spends the coins, complete with previous transactions and derivations."""
    before = [previous(coin) for coin in coins]
    spends = [
        TransactionInput(spent.txid(), 1, sequence=coin.sequence) for spent, coin in zip(before, coins, strict=True)
    ]
    pays = [TransactionOutput(single.amount, _script_of(single)) for single in outputs]
    psbt = PSBT(Transaction(tx_version, spends, pays, lock_time), version=version)
    for scope, spent, coin in zip(psbt.inputs, before, coins, strict=True):
        scope.non_witness_utxo = spent
        if coin.kind != "p2pkh":
            scope.witness_utxo = TransactionOutput(coin.amount, coin.script)
        if coin.kind == "p2sh-p2wpkh":
            scope.redeem_script = script.p2wpkh(coin.key)
        _name_key(scope, coin)
    for scope, single in zip(psbt.outputs, outputs, strict=True):
        if isinstance(single, Coin):
            _name_key(scope, single)
    return psbt


def _script_of(single: Coin | Payment) -> script.Script:
    if isinstance(single, Coin):
        return single.script
    return (
        script.Script(single.script) if single.script is not None else script.address_to_scriptpubkey(single.address)
    )


def _name_key(scope: object, coin: Coin) -> None:
    derivation = DerivationPath(coin.root.my_fingerprint, coin.path)
    if coin.kind == "p2tr":
        scope.taproot_internal_key = coin.key
        scope.taproot_bip32_derivations[coin.key] = ([], derivation)
    else:
        scope.bip32_derivations[coin.key] = derivation


def address_of(coin: Coin) -> str:
    return coin.script.address(NETWORKS["test" if coin.testnet else "main"])
