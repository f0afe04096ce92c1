"""TRON transactions as nodes gave them, and the same forms made for the test words."""

from __future__ import annotations

import json
from typing import Any

TRON_PATH = "m/44'/195'/0'/0/0"
TRON_ADDRESS = "TY72iA3SBtrds3QLYsS7LwYfkzXwAXCRWT"
USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
RECIPIENT = "TUznHJfHe6gdYY7gvWmf6bNZHuPHDZtowf"
RECIPIENT_HEX = "41d0b69631440f0a494bb51f7eee68ff5c593c00f0"

_TRANSFER = {
    "contract": [
        {
            "parameter": {
                "value": {"amount": 1_500_000, "owner_address": TRON_ADDRESS, "to_address": RECIPIENT},
                "type_url": "type.googleapis.com/protocol.TransferContract",
            },
            "type": "TransferContract",
        }
    ],
    "ref_block_bytes": "cbc3",
    "ref_block_hash": "8581ae7e29258a52",
    "expiration": 1656917577000,
    "timestamp": 1656917518232,
}


def transfer(**value: Any) -> dict[str, Any]:
    """Return a transfer of 1.5 TRX from the test words' address; `value` changes its fields."""
    raw = json.loads(json.dumps(_TRANSFER))
    raw["contract"][0]["parameter"]["value"].update(value)
    return {"visible": True, "raw_data": raw}


def call(contract: str = USDT, *, data: str | None = None, **value: Any) -> dict[str, Any]:
    """Return a call of a contract, by itself a transfer of 2.5 USDT, with a fee of at most 30 TRX."""
    given = transfer()
    raw = given["raw_data"]
    raw["fee_limit"] = 30_000_000
    tokens = "a9059cbb" + RECIPIENT_HEX[2:].rjust(64, "0") + hex(2_500_000)[2:].rjust(64, "0")
    body = {"owner_address": TRON_ADDRESS, "contract_address": contract, "data": tokens if data is None else data}
    raw["contract"][0] = {
        "parameter": {"value": body | value, "type_url": "type.googleapis.com/protocol.TriggerSmartContract"},
        "type": "TriggerSmartContract",
    }
    return given


def text(given: dict[str, Any]) -> bytes:
    """Return the JSON text."""
    return json.dumps(given).encode()


FROM_NODES = (
    # a transfer, addresses in base 58
    """{"raw_data":{"contract":[{"parameter":{"value":{"amount":1000000,"owner_address":
    "TUoHaVjx7n5xz8LwPRDckgFrDWhMhuSuJM","to_address":"TUznHJfHe6gdYY7gvWmf6bNZHuPHDZtowf"},"type_url":
    "type.googleapis.com/protocol.TransferContract"},"type":"TransferContract"}],"ref_block_bytes":"cbc3",
    "ref_block_hash":"8581ae7e29258a52","expiration":1656917577000,"timestamp":1656917518232},"raw_data_hex":
    "0a02cbc322088581ae7e29258a5240a89aefbf9c305a67080112630a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f\
6c2e5472616e73666572436f6e747261637412320a1541ce8a0cf0c16d48bcf22825f6053248df653c89ca121541d0b69631440f0a494bb51f7e\
ee68ff5c593c00f018c0843d7098cfebbf9c30"}""",
    # a transfer, addresses in hex, with its hash
    """{"visible":false,"txID":"a08fd7a3ad426a4dd9fa6654c36293d8dd8db3bf961bd9820696477f82b7572e","raw_data":{
    "contract":[{"parameter":{"value":{"amount":100,"owner_address":"41f90a4115ca0859c0db8415d73b3a22626506cbbe",
    "to_address":"41be9cd66315067fd1c588b2cf7dd15969de15f556"},"type_url":
    "type.googleapis.com/protocol.TransferContract"},"type":"TransferContract"}],"ref_block_bytes":"7cea",
    "ref_block_hash":"cb7295aa4aa80650","expiration":1676983275000,"timestamp":1676983215610},"raw_data_hex":
    "0a027cea2208cb7295aa4aa8065040f89bf89fe7305a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f\
6c2e5472616e73666572436f6e747261637412300a1541f90a4115ca0859c0db8415d73b3a22626506cbbe121541be9cd66315067fd1c588b2cf\
7dd15969de15f556186470facbf49fe730"}""",
    # a token call with a limit of the fee, as a node gave it back after it was sent
    """{"ret":[{"contractRet":"SUCCESS"}],"signature":["1788bf0281f67c42f5a09322523edee9969e808a863776f21ab6543de9dd42\
ca0e4955577879df8074086c620eb96709ba9a95d60a166de190a081e8d69801da00"],"txID":
    "c70b20da8cb8d96a99c1aceb283412acb9dea313a9e467178431a3c6ae8b9f08","raw_data":{"contract":[{"parameter":{"value":{
    "data":"a9059cbb00000000000000000000004150125bea243a640bf85348873b6c4f3c517aee7a00000000000000000000000000000000\
00000000000000000000000000000001","owner_address":"41495511a493d8c362be4267224e6d81013a6862ee","contract_address":
    "41eca9bc828a3005b9a3b909f2cc5c2a54794de05f"},"type_url":"type.googleapis.com/protocol.TriggerSmartContract"},
    "type":"TriggerSmartContract"}],"ref_block_bytes":"8ad9","ref_block_hash":"eaef69105495eb15","expiration":
    1773182914544,"fee_limit":100000000,"timestamp":1773182854544},"raw_data_hex":"0a028ad92208eaef69105495eb1540f09f\
c0cfcd335aae01081f12a9010a31747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e54726967676572536d617274436f6e\
747261637412740a1541495511a493d8c362be4267224e6d81013a6862ee121541eca9bc828a3005b9a3b909f2cc5c2a54794de05f2244a9059c\
bb00000000000000000000004150125bea243a640bf85348873b6c4f3c517aee7a00000000000000000000000000000000000000000000000000\
000000000000017090cbbccfcd33900180c2d72f"}""",
    # a call without a limit, wrapped in an answer
    """{"result":{"result":true},"energy_used":935,"transaction":{"ret":[{}],"visible":false,"txID":
    "cff6488e738ce77f7325572fe0aa2470f87dbf1c95eeeb2c25feec59d5afa35c","raw_data":{"contract":[{"parameter":{"value":{
    "data":"70a08231000000000000000000000000dd791d6b49e190062d650e6a23c575510d35f2f9","owner_address":
    "41dd791d6b49e190062d650e6a23c575510d35f2f9","contract_address":"41eca9bc828a3005b9a3b909f2cc5c2a54794de05f"},
    "type_url":"type.googleapis.com/protocol.TriggerSmartContract"},"type":"TriggerSmartContract"}],
    "ref_block_bytes":"28c0","ref_block_hash":"9eabbe133123b34c","expiration":1777447218000,"timestamp":1777447160779},
    "raw_data_hex":"0a0228c022089eabbe133123b34c40d0d6f0c0dd335a8e01081f1289010a31747970652e676f6f676c65617069732e636f\
6d2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412540a1541dd791d6b49e190062d650e6a23c575510d35f2f91215\
41eca9bc828a3005b9a3b909f2cc5c2a54794de05f222470a08231000000000000000000000000dd791d6b49e190062d650e6a23c575510d35f2f9\
70cb97edc0dd33"}}""",
)
"""What nodes of the main and test networks answered, with their own bytes of it."""
