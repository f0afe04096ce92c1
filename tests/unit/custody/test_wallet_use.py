"""Which wallet is pinned and which chains are in use, from the transfers alone."""

from msgspec.structs import replace

from desktop.custody.transfer import TransferState
from desktop.custody.wallet_use import WalletUse, wallet_use
from tests.unit.custody import parts


def test_a_wallet_is_pinned_by_its_proof_and_a_chain_is_used_once_it_is_chosen() -> None:
    assert wallet_use([]) == WalletUse()
    assert wallet_use([parts.at(TransferState.ROUTED)]) == WalletUse()
    assert wallet_use([parts.at(TransferState.COMPARED)]) == WalletUse((), ("bitcoin",))
    proved = parts.at(TransferState.PROVED)
    assert wallet_use([proved, proved]) == WalletUse((parts.FINGERPRINT,), ("bitcoin",))


def test_what_was_given_up_uses_no_chain_and_its_proof_stays() -> None:
    dropped = replace(parts.at(TransferState.PROVED), state=TransferState.DROPPED)
    assert wallet_use([dropped]) == WalletUse((parts.FINGERPRINT,), ())
