"""A real EVM node takes what the wallet signs, and nothing that was changed afterwards."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from desktop.domain.evm_address import address_text, parse_address
from desktop.hw.ethereum.signing import SignedTransaction, sign_transaction
from desktop.hw.ethereum.tokens import transfer_data
from desktop.hw.ethereum.transaction import AccessEntry, EvmTransaction, LegacyFee, MarketFee
from tests.fakes.ethereum_bench import ADDRESS, PATH, wallet
from tests.fakes.evm_node import TRANSFER_TOPIC, EvmNode, Refusal, anvil, evm_node

CHAINS = (1, 56, 8453, 42161)
OTHER = "0x2a91D411ed68262c5143f284D8adD365D7797136".lower()
TEN_COINS = 10**19
GWEI = 10**9
PROGRAM = anvil()

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no anvil; .ci/run puts it into .cache/anvil where npm is")
Sign = Callable[[EvmTransaction], SignedTransaction]


@pytest.fixture(params=CHAINS)
def chain_id(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def node(chain_id: int) -> Iterator[EvmNode]:
    assert PROGRAM is not None
    with evm_node(chain_id, PROGRAM) as running:
        running.ask("anvil_setBalance", ADDRESS, hex(TEN_COINS))
        yield running


@pytest.fixture
def sign() -> Iterator[Sign]:
    with wallet("pro") as (session, _):
        yield lambda tx: sign_transaction(session, PATH, tx)


def _tx(chain_id: int, **changes: object) -> EvmTransaction:
    base = EvmTransaction(chain_id, 0, 21_000, address_text(parse_address(OTHER)), 10**17, MarketFee(3 * GWEI, GWEI))
    return msgspec.structs.replace(base, **changes)


def test_coins_arrive_and_the_fee_is_what_was_said(node: EvmNode, sign: Sign, chain_id: int) -> None:
    for nonce, fee in enumerate((MarketFee(3 * GWEI, GWEI), LegacyFee(2 * GWEI))):
        before = node.number("eth_getBalance", ADDRESS, "latest")
        tx = _tx(chain_id, nonce=nonce, fee=fee)
        signed = sign(tx)
        receipt = node.send(signed.raw)
        assert (receipt["status"], receipt["transactionHash"]) == ("0x1", signed.hash)
        assert receipt["from"] == ADDRESS.lower()
        paid = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
        assert paid <= tx.most_fee
        assert node.number("eth_getBalance", OTHER, "latest") == (nonce + 1) * 10**17
        assert node.number("eth_getBalance", ADDRESS, "latest") == before - 10**17 - paid


def test_a_token_is_sent(node: EvmNode, sign: Sign, chain_id: int) -> None:
    contract = address_text(parse_address(node.token_for(ADDRESS, 5_000_000)))
    assert node.token_balance(contract, ADDRESS) == 5_000_000
    data = transfer_data(OTHER, 1_250_000)
    receipt = node.send(sign(_tx(chain_id, to=contract, value=0, gas=100_000, data=data)).raw)
    assert receipt["status"] == "0x1"
    assert (node.token_balance(contract, ADDRESS), node.token_balance(contract, OTHER)) == (3_750_000, 1_250_000)
    (log,) = receipt["logs"]
    assert log["topics"] == [TRANSFER_TOPIC, *(f"0x{owner[2:].lower():0>64}" for owner in (ADDRESS, OTHER))]
    assert int(log["data"], 16) == 1_250_000
    poor = node.send(
        sign(_tx(chain_id, nonce=1, to=contract, value=0, gas=100_000, data=transfer_data(OTHER, 10**9))).raw
    )
    assert poor["status"] == "0x0"
    assert node.token_balance(contract, ADDRESS) == 3_750_000


@pytest.mark.parametrize("chain_id", [1])
def test_long_data_and_an_access_list_are_taken(node: EvmNode, sign: Sign) -> None:
    access = (AccessEntry(b"\2" * 20, (b"\1" * 32, bytes(32))),)
    signed = sign(_tx(1, data=bytes(range(1, 251)) * 12, access_list=access, gas=250_000))
    assert node.send(signed.raw)["status"] == "0x1"
    told = node.ask("eth_getTransactionByHash", signed.hash)
    assert told["input"] == "0x" + (bytes(range(1, 251)) * 12).hex()
    assert told["accessList"][0]["storageKeys"] == ["0x" + "01" * 32, "0x" + "00" * 32]


@pytest.mark.parametrize("chain_id", [1])
def test_what_was_changed_or_meant_for_another_chain_is_not_taken(node: EvmNode, sign: Sign) -> None:
    raw = sign(_tx(1)).raw
    with pytest.raises(Refusal):
        node.send(sign(_tx(8453)).raw)
    changed = raw[:-2] + f"{int(raw[-2:], 16) ^ 1:02x}"
    with pytest.raises(Refusal):
        node.send(changed)
    assert node.number("eth_getBalance", OTHER, "latest") == 0
    assert node.send(raw)["status"] == "0x1"
