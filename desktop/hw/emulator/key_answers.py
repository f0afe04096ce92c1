"""How the emulated device answers requests for public keys."""

from __future__ import annotations

from desktop.domain.bitcoin_address import hash160
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_public_key
from desktop.domain.solana_keys import secret_at
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Wallet
from desktop.hw.wire.codec import Message


def _get_public_key(wallet: Wallet, message: m.GetPublicKey) -> Flow:
    if message.ecdsa_curve_name not in (None, "secp256k1", "ed25519"):
        raise Refusal(m.DATA_ERROR, "Unknown curve")
    if len(message.address_n) > DEEPEST:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")
    yield from wallet.opened()
    if message.ecdsa_curve_name == "ed25519":
        return m.PublicKey(node=_ed25519_node(wallet.seed(), message.address_n))
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


def _ed25519_node(seed: bytes, path: tuple[int, ...]) -> m.HDNode:
    """Return the node on the curve of Solana's keys; its key has a zero in front (SLIP 10)."""
    try:
        node = secret_at(seed, path)
    except BadInput:
        raise Refusal(m.PROCESS_ERROR, "Failed to derive private key") from None
    parent = hash160(b"\0" + ed25519_public_key(secret_at(seed, path[:-1]).secret))[:4] if path else bytes(4)
    return m.HDNode(
        depth=len(path),
        fingerprint=int.from_bytes(parent, "big"),
        child_num=path[-1] if path else 0,
        chain_code=node.chain_code,
        public_key=b"\0" + ed25519_public_key(node.secret),
    )


ANSWERS: dict[type[Message], Answer] = {m.GetPublicKey: _get_public_key}
