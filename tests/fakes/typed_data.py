"""Typed data (EIP-712) of many shapes, as wallets are given it."""

from __future__ import annotations

from typing import Any

DOMAIN_TYPE = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
DOMAIN = {"name": "Ether Mail", "version": "1", "chainId": 1, "verifyingContract": "0x" + "cC" * 20}
COW, BOB = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"

MAIL: dict[str, Any] = {
    "types": {
        "EIP712Domain": DOMAIN_TYPE,
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    },
    "primaryType": "Mail",
    "domain": DOMAIN | {"verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
    "message": {
        "from": {"name": "Cow", "wallet": COW},
        "to": {"name": "Bob", "wallet": BOB},
        "contents": "Hello, Bob!",
    },
}
"""The example of the standard itself."""

MAIL_DIGEST = "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
"""What the standard says is signed for it."""


def of(members: dict[str, str], message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return data whose primary type `All` has these members; `more` are further types, or domain and domain_type."""
    domain_type, domain = more.pop("domain_type", DOMAIN_TYPE), more.pop("domain", MAIL["domain"])
    types = {name: [{"name": field, "type": kind} for field, kind in body.items()] for name, body in more.items()}
    own = {"All": [{"name": field, "type": kind} for field, kind in members.items()]}
    return {
        "types": {"EIP712Domain": domain_type, **types, **own},
        "primaryType": "All",
        "domain": domain,
        "message": message,
    }


SHAPES: dict[str, dict[str, Any]] = {
    "mail": MAIL,
    "integers": of(
        {"a": "uint8", "b": "int8", "c": "uint256", "d": "int256", "e": "int24", "f": "uint64", "g": "int256"},
        {"a": 255, "b": -128, "c": "0x" + "f" * 64, "d": str(-(2**255)), "e": "-1", "f": "18446744073709551615",
         "g": 2**255 - 1},
    ),
    "bytes": of(
        {"a": "bytes1", "b": "bytes32", "c": "bytes", "d": "bytes", "e": "bytes20"},
        {"a": "0xff", "b": "0x" + "ab" * 32, "c": "0x", "d": "0x" + "00ff" * 700, "e": "0x" + "12" * 20},
    ),
    "plain": of(
        {"yes": "bool", "no": "bool", "text": "string", "empty": "string", "who": "address"},
        {"yes": True, "no": False, "text": "größer ₿ \n\"quoted\"", "empty": "", "who": COW.lower()},
    ),
    "arrays": of(
        {"dynamic": "uint16[]", "fixed": "address[2]", "empty": "string[]", "flags": "bool[3]", "blobs": "bytes[]"},
        {"dynamic": [1, 2, 65535], "fixed": [COW, BOB], "empty": [], "flags": [True, False, True],
         "blobs": ["0x", "0xabcd"]},
    ),
    "structs": of(
        {"one": "Outer", "many": "Inner[]", "pair": "Inner[2]", "none": "Inner[]"},
        {"one": {"inner": {"n": 1, "tags": ["a", "b"]}, "n": -5},
         "many": [{"n": 2, "tags": []}, {"n": 3, "tags": ["c"]}],
         "pair": [{"n": 4, "tags": []}, {"n": 5, "tags": []}], "none": []},
        Inner={"n": "uint8", "tags": "string[]"},
        Outer={"inner": "Inner", "n": "int16"},
    ),
    "no members": of({}, {}),
    "withdraw": {
        "types": {
            "EIP712Domain": DOMAIN_TYPE,
            "HyperliquidTransaction:Withdraw": [
                {"name": "hyperliquidChain", "type": "string"},
                {"name": "destination", "type": "string"},
                {"name": "amount", "type": "string"},
                {"name": "time", "type": "uint64"},
            ],
        },
        "primaryType": "HyperliquidTransaction:Withdraw",
        "domain": {
            "name": "HyperliquidSignTransaction", "version": "1", "chainId": 42161,
            "verifyingContract": "0x" + "00" * 20,
        },
        "message": {
            "hyperliquidChain": "Mainnet", "destination": BOB.lower(), "amount": "12.3", "time": 1789000000000
        },
    },
    "short domain": of(
        {"n": "uint8"}, {"n": 1}, domain={"name": "x"}, domain_type=[{"name": "name", "type": "string"}]
    ),
    "odd domain order": of(
        {"n": "uint8"},
        {"n": 1},
        domain={"name": "x", "chainId": "0x2105", "salt": "0x" + "07" * 32},
        domain_type=[
            {"name": "salt", "type": "bytes32"}, {"name": "chainId", "type": "uint256"},
            {"name": "name", "type": "string"},
        ],
    ),
    "huge chain": of(
        {"n": "uint8"}, {"n": 1}, domain={"chainId": 2**255}, domain_type=[{"name": "chainId", "type": "uint256"}]
    ),
    "domain only": {"types": {"EIP712Domain": DOMAIN_TYPE}, "primaryType": "EIP712Domain", "domain": MAIL["domain"],
                    "message": {}},
}  # fmt: skip
"""What devices can show field by field."""

SAFE: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
        "SafeTx": [
            {"name": "to", "type": "address"},
            {"name": "value", "type": "uint256"},
            {"name": "data", "type": "bytes"},
            {"name": "operation", "type": "uint8"},
            {"name": "safeTxGas", "type": "uint256"},
            {"name": "baseGas", "type": "uint256"},
            {"name": "gasPrice", "type": "uint256"},
            {"name": "gasToken", "type": "address"},
            {"name": "refundReceiver", "type": "address"},
            {"name": "nonce", "type": "uint256"},
        ],
    },
    "primaryType": "SafeTx",
    "domain": {"chainId": 8453, "verifyingContract": COW},
    "message": {
        "to": BOB, "value": "1000000000000000000", "data": "0xa9059cbb", "operation": 0, "safeTxGas": 5, "baseGas": 0,
        "gasPrice": 2, "gasToken": "0x" + "00" * 20, "refundReceiver": COW, "nonce": 7,
    },
}  # fmt: skip
"""A transaction of a Gnosis Safe; large devices ask for it whole."""
SHAPES["safe"] = SAFE
SHAPES["safe, delegate call"] = SAFE | {"message": SAFE["message"] | {"operation": 1, "data": "0x"}}

HASHED_SHAPES: dict[str, dict[str, Any]] = {
    "arrays of arrays": of({"grid": "uint8[2][]"}, {"grid": [[1, 2], [3, 4]]}),
    "long text": of({"text": "string"}, {"text": "x" * 1537}),
}
"""What they cannot."""
