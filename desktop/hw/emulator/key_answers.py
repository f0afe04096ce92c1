"""How the emulated device answers requests for public keys."""

from __future__ import annotations

from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Wallet
from desktop.hw.wire.codec import Message


def _get_public_key(wallet: Wallet, message: m.GetPublicKey) -> Flow:
    if message.ecdsa_curve_name not in (None, "secp256k1"):
        raise Refusal(m.DATA_ERROR, "Unknown curve")
    if len(message.address_n) > DEEPEST:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")
    yield from wallet.opened()
    root = wallet.root().public()
    node = wallet.root().at(message.address_n).public()
    xpub = node.xpub(testnet=message.coin_name == "Testnet")
    if message.show_display:
        yield from wallet.confirmed(screens.public_key(message.address_n, xpub), m.BUTTON_PUBLIC_KEY)
    told = m.HDNode(
        depth=node.depth,
        fingerprint=int.from_bytes(node.parent_fingerprint, "big"),
        child_num=node.child_number,
        chain_code=node.chain_code,
        public_key=node.public_key,
    )
    return m.PublicKey(node=told, xpub=xpub, root_fingerprint=int(root.fingerprint(), 16))


ANSWERS: dict[type[Message], Answer] = {m.GetPublicKey: _get_public_key}
