"""What Seawall does not let a wallet sign, whoever asks. Pure."""

from __future__ import annotations

from desktop.domain.errors import BadInput, Refused
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.digests import SIGHASH_ALL, SIGHASH_DEFAULT
from desktop.hw.bitcoin.psbt import Psbt
from desktop.hw.bitcoin.psbt_versions import Fields, field, number
from desktop.hw.bitcoin.shown import amount_text
from desktop.hw.bitcoin.spending import Spending

MOST_SATOSHI_PER_VBYTE = 1_000
MOST_FEE_SHARE = 4  # a fee may be one part in four of what is spent
SMALL_FEE = 20_000  # satoshi; below it the share does not matter
MOST_INPUTS, LONGEST_SCRIPT_SIG, LONGEST_SCRIPT = 512, 1_650, 520  # what a Classic 1S takes


def guard(spending: Spending) -> None:
    """Raise Refused for a fee, a sighash or a size that must not be, BadInput for an own input that is final."""
    for place, coin in enumerate(spending.coins):
        if coin.own is not None:
            fields = spending.psbt.inputs[place]
            if _is_final(fields):
                raise BadInput(f"input {place} is final already", "Sign the PSBT as it was before it was finalised.")
            _safe_sighash(place, fields, taproot=coin.own.script == "p2tr")
    _sane_fee(spending)
    _fits_the_device(spending)


def still_open(psbt: Psbt) -> None:
    """Raise BadInput if all inputs are in their last form."""
    if all(map(_is_final, psbt.inputs)):
        raise BadInput("the transaction is signed and final already", "Send it; there is nothing left to sign.")


def _is_final(fields: Fields) -> bool:
    return field(fields, f.FINAL_SCRIPT_SIG) is not None or field(fields, f.FINAL_WITNESS) is not None


def _safe_sighash(place: int, fields: Fields, *, taproot: bool) -> None:
    asked = number(fields, f.SIGHASH_TYPE)
    if asked in (None, SIGHASH_ALL) or (taproot and asked == SIGHASH_DEFAULT):
        return
    raise Refused(
        f"input {place} asks for a signature of sighash type {asked:#04x}, which leaves it half open",
        "Build the transaction again with sighash ALL.",
        rule="unsafe-sighash",
    )


def _sane_fee(spending: Spending) -> None:
    fee, size = spending.fee, spending.vsize
    spent = sum(coin.spent.amount for coin in spending.coins)
    told = f"the fee is {amount_text(fee, testnet=spending.testnet)}"
    if fee > MOST_SATOSHI_PER_VBYTE * size:
        words = (
            f"{told}, {fee // size} satoshi a virtual byte; more than {MOST_SATOSHI_PER_VBYTE} is taken as an error"
        )
    elif fee > SMALL_FEE and fee * MOST_FEE_SHARE > spent:
        words = f"{told}, more than a quarter of all that is spent"
    else:
        return
    raise Refused(words, "Build the transaction again, and look whether its change is missing.", rule="absurd-fee")


def _fits_the_device(spending: Spending) -> None:
    if len(spending.coins) > MOST_INPUTS:
        raise _too_large(f"{len(spending.coins)} inputs are more than the wallet takes ({MOST_INPUTS})")
    if spending.taproot_only:
        return
    for place, coin in enumerate(spending.coins):
        assert coin.previous is not None
        longest = max((len(single.script_sig) for single in coin.previous.inputs), default=0)
        widest = max((len(single.script) for single in coin.previous.outputs), default=0)
        if longest > LONGEST_SCRIPT_SIG or widest > LONGEST_SCRIPT:
            raise _too_large(f"input {place}: the previous transaction has a script longer than the wallet takes")


def _too_large(words: str) -> Refused:
    return Refused(words, "Spend fewer or other coins in one transaction.", rule="device-limits")
