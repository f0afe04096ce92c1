"""ERC-20 tokens: those Seawall knows by chain and contract, and their transfers and allowances as call data.

A call is 4 bytes of the function and 32 for each argument (the contract ABI). A token that is not in the table is
called unknown: its decimals cannot be told from the call, so its amount is given in its smallest unit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text, parse_address
from desktop.domain.money import plain
from desktop.hw.ethereum.chains import chain_of, scaled

_TRANSFER, _APPROVE = bytes.fromhex("a9059cbb"), bytes.fromhex("095ea7b3")
_CALL_SIZE = 4 + 32 + 32
_PADDING = bytes(12)
_FARTHEST_EXPONENT = 100
WITHOUT_LIMIT = 2**256 - 1


class Token(NamedTuple):
    """A token by its letters; its amounts have this many decimals."""

    symbol: str
    decimals: int


class TokenCall(NamedTuple):
    """What a call asks of a token's contract: `units` of it go, or may be taken by, `other`. Unknown: token None."""

    kind: Literal["transfer", "approve"]
    contract: str
    token: Token | None
    other: str
    units: int


TOKENS = {
    (1, "0xdAC17F958D2ee523a2206206994597C13D831ec7"): Token("USDT", 6),
    (1, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"): Token("USDC", 6),
    (1, "0x6B175474E89094C44Da98b954EedeAC495271d0F"): Token("DAI", 18),
    (1, "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599"): Token("WBTC", 8),
    (1, "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"): Token("WETH", 18),
    (56, "0x55d398326f99059fF775485246999027B3197955"): Token("USDT", 18),
    (56, "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"): Token("USDC", 18),
    (8453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"): Token("USDC", 6),
    (8453, "0x4200000000000000000000000000000000000006"): Token("WETH", 18),
    (42161, "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"): Token("USDT", 6),
    (42161, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"): Token("USDC", 6),
    (42161, "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"): Token("USDC.e", 6),
    (42161, "0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f"): Token("WBTC", 8),
    (42161, "0x82aF49447D8a07e3bd95BD0d56f35241523fBab1"): Token("WETH", 18),
}


def token_at(chain_id: int, contract: str) -> Token | None:
    """Return the token of this contract (an address with its checksum), or None if Seawall does not know it."""
    return TOKENS.get((chain_id, contract))


def contract_of(chain_id: int, symbol: str) -> str:
    """Return the contract of a known token on this chain. Raise BadInput if Seawall knows none of that name there."""
    for (chain, contract), token in TOKENS.items():
        if chain == chain_id and token.symbol.lower() == symbol.lower():
            return contract
    raise BadInput(f"Seawall knows no {symbol} on {chain_of(chain_id).name}", "Name the token's contract.")


def units_of(token: Token, amount: Decimal) -> int:
    """Return the amount in the token's smallest unit. Raise BadInput for a negative one or one with more decimals."""
    sign, digits, exponent = amount.as_tuple()
    if sign or not isinstance(exponent, int) or abs(exponent) > _FARTHEST_EXPONENT:
        raise BadInput(f"{amount} {token.symbol} cannot be sent", "Give an amount of 0 or more.")
    shift = exponent + token.decimals
    whole = int("".join(map(str, digits)))
    scale: int = 10 ** abs(shift)
    units, rest = (whole * scale, 0) if shift >= 0 else divmod(whole, scale)
    if rest or units > WITHOUT_LIMIT:
        raise BadInput(
            f"{plain(amount)} {token.symbol} is no whole number of its smallest unit",
            f"{token.symbol} has {token.decimals} decimals.",
        )
    return units


def transfer_data(recipient: str, units: int) -> bytes:
    """Return the call that sends `units` of a token to the recipient. Raise BadInput for a wrong address."""
    return _call(_TRANSFER, parse_address(recipient, name="recipient"), units)


def approve_data(spender: str, units: int) -> bytes:
    """Return the call that lets the spender take up to `units` of a token. Raise BadInput for a wrong address."""
    return _call(_APPROVE, parse_address(spender, name="spender"), units)


def read_call(chain_id: int, contract: str, data: bytes) -> TokenCall | None:
    """Return what the call data asks of the contract, or None if it is neither a transfer nor an allowance."""
    if len(data) != _CALL_SIZE or data[:4] not in (_TRANSFER, _APPROVE) or data[4:16] != _PADDING:
        return None
    return TokenCall(
        kind="transfer" if data[:4] == _TRANSFER else "approve",
        contract=contract,
        token=token_at(chain_id, contract),
        other=address_text(data[16:36]),
        units=int.from_bytes(data[36:], "big"),
    )


def amount_text(call: TokenCall) -> str:
    """Return how much the call is about: 12.5 USDC; or the smallest units where the token is unknown."""
    if call.token is None:
        return f"{call.units} units of an unknown token"
    return f"{plain(scaled(call.units, call.token.decimals))} {call.token.symbol}"


def _call(function: bytes, address: bytes, units: int) -> bytes:
    if not 0 <= units <= WITHOUT_LIMIT:
        raise BadInput(f"{units} is outside 0 to 2^256 - 1", "Give an amount that fits.")
    return function + _PADDING + address + units.to_bytes(32, "big")
