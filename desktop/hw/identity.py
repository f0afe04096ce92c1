"""Which device this is and what firmware it really has.

A OneKey as shipped says vendor "trezor.io" and version 2.99.99, so both are ignored: it is known by its own fields
(numbered from 500 on) and by the names it has on the bus.
"""

from __future__ import annotations

import msgspec

from desktop.hw.messages import Features

_FROZEN_VERSION = (2, 99, 99)
_MODEL_OF_TYPE = {0: "Classic", 1: "Classic 1S", 2: "Mini", 3: "Touch", 4: "Touch Pro", 5: "Pro", 6: "Pure"}
_MODEL_OF_PRODUCT = (
    ("classic 1s", "Classic 1S"),
    ("pure", "Pure"),
    ("classic", "Classic"),
    ("mini", "Mini"),
    ("touch", "Touch"),
    ("pro", "Pro"),
)
_BITCOIN_ONLY = "bitcoin-only"
_TEN_PIN_KEYS_MODELS = frozenset({"Classic 1S", "Pure"})
_TEN_PIN_KEYS_FROM = (3, 12, 0)
_PIN_ON_DEVICE_MODELS = frozenset({"Classic", "Classic 1S", "Mini", "Pure"})


class Identity(msgspec.Struct, frozen=True):
    """A device by name. `firmware` is the maker's own version, "" if the device does not tell it.

    `bitcoin_only`: its firmware knows no coin but Bitcoin.
    """

    onekey: bool
    vendor: str
    model: str
    firmware: str
    serial: str
    label: str
    bitcoin_only: bool = False

    @property
    def pin_on_device(self) -> bool:
        """Return whether it takes OneKey's own answer "type the PIN on the device" to a PIN request."""
        return self.onekey and self.model in _PIN_ON_DEVICE_MODELS

    @property
    def pin_keys(self) -> int:
        """Return how many keys its PIN grid has: 9, or 10 from firmware 3.12 of the Classic 1S and the Pure on."""
        ten = self.model in _TEN_PIN_KEYS_MODELS and version_of(self.firmware) >= _TEN_PIN_KEYS_FROM
        return 10 if self.onekey and ten else 9


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; nothing for what is no version."""
    parts = text.split("-")[0].split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else ()


def identified(features: Features, product: str = "") -> Identity:
    """Return who this is, from its features and the names it has on the bus."""
    onekey = _is_onekey(features, product)
    version = (features.major_version or 0, features.minor_version or 0, features.patch_version or 0)
    firmware = features.onekey_firmware_version or features.onekey_version or ""
    if not firmware and version != _FROZEN_VERSION and not onekey:
        firmware = ".".join(map(str, version))
    return Identity(
        onekey=onekey,
        vendor="OneKey" if onekey else features.vendor or "unknown",
        model=_onekey_model(features, product) if onekey else features.internal_model or features.model or "unknown",
        firmware=firmware,
        serial=features.onekey_serial_no or features.serial_no or features.onekey_serial or features.device_id or "",
        label=features.label or "",
        bitcoin_only=_BITCOIN_ONLY in (features.fw_vendor or "").lower(),
    )


def _is_onekey(features: Features, product: str) -> bool:
    own_fields = (
        features.onekey_device_type,
        features.onekey_version,
        features.onekey_firmware_version,
        features.onekey_serial_no,
        features.onekey_serial,
    )
    return (
        any(field is not None for field in own_fields)
        or "onekey" in product.lower()
        or "onekey" in f"{features.vendor} {features.fw_vendor}".lower()
    )


def _onekey_model(features: Features, product: str) -> str:
    if features.onekey_device_type in _MODEL_OF_TYPE:
        return _MODEL_OF_TYPE[features.onekey_device_type]
    for words, model in _MODEL_OF_PRODUCT:
        if words in product.lower():
            return model
    return {"1": "Classic", "T": "Touch", "pro2": "Pro 2"}.get(features.model or "", "OneKey")
