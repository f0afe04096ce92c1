"""Transactions of a Gnosis Safe as typed data: large devices ask for them whole and show them in words. Pure.

Source: the Safe contracts' typed data (EIP712Domain with chainId and verifyingContract; SafeTx).
"""

from __future__ import annotations

from desktop.domain.evm_address import address_text
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.typed_data import StructValue, TypedData
from desktop.hw.ethereum.typed_data_types import DOMAIN

SAFE = "SafeTx"
DOMAIN_MEMBERS = (("uint256", "chainId"), ("address", "verifyingContract"))
MEMBERS = (
    ("address", "to"), ("uint256", "value"), ("bytes", "data"), ("uint8", "operation"), ("uint256", "safeTxGas"),
    ("uint256", "baseGas"), ("uint256", "gasPrice"), ("address", "gasToken"), ("address", "refundReceiver"),
    ("uint256", "nonce"),
)  # fmt: skip
_OPERATIONS = (0, 1)
_LARGEST_CHAIN = 2**64 - 1


def safe_ack(data: TypedData) -> e.SafeAck | None:
    """Return the Safe's transaction as a device asks for it, or None if the data is not exactly of that form."""
    if data.primary_type != SAFE or _written(data, SAFE) != MEMBERS or _written(data, DOMAIN) != DOMAIN_MEMBERS:
        return None
    to, value, body, operation, safe_gas, base_gas, price, token, receiver, nonce = _single(data.message)
    chain, contract = _single(data.domain)
    number, kind = int.from_bytes(chain, "big"), int.from_bytes(operation, "big")
    if kind not in _OPERATIONS or number > _LARGEST_CHAIN:
        return None
    return e.SafeAck(
        to=address_text(to), value=value, data=body, operation=kind, safe_tx_gas=safe_gas, base_gas=base_gas,
        gas_price=price, gas_token=address_text(token), refund_receiver=address_text(receiver), nonce=nonce,
        chain_id=number, verifying_contract=address_text(contract),
    )  # fmt: skip


def _written(data: TypedData, struct: str) -> tuple[tuple[str, str], ...]:
    return tuple((member.written, member.name) for member in data.types[struct])


def _single(value: StructValue) -> tuple[bytes, ...]:
    return tuple(inner for inner in value.members if isinstance(inner, bytes))
