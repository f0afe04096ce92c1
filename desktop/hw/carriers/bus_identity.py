"""What a device on the bus is, told by its numbers and names alone. Pure: no library, no device.

OneKey and Trezor share 1209:53C0 and 1209:53C1; only the maker's name tells them apart. Numbers: `docs/device.md`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["wallet", "bootloader"]

ONEKEY_VENDOR = 0x1209
WALLETS = frozenset({0x53C1, 0x4F4B, 0x4F4C})
BOOTLOADERS = frozenset({0x53C0, 0x4F4A, 0x4F50})
_SECOND_PROTOCOL = frozenset({0x4F4C})  # Pro 2 and Neo
_OTHER_MAKERS = ("trezor", "satoshilabs")  # "Trezor Company" as well
FIDO_PAGE = 0xF1D0


class BusLook(msgspec.Struct, frozen=True):
    """What a device shows before anything is asked of it. Names are "" where the system does not tell them.

    `place` is where it is now, as BUS:ADDRESS; it changes with every plugging.
    """

    vendor_id: int
    product_id: int
    maker: str = ""
    product: str = ""
    serial: str = ""
    place: str = ""

    @property
    def name(self) -> str:
        """Return what it is known by from plug to plug: its serial, or its place if it has none."""
        return self.serial or self.place

    @property
    def words(self) -> str:
        """Return maker and product as people read them."""
        if self.product.lower().startswith(self.maker.lower()):
            return self.product
        return f"{self.maker} {self.product}".strip()

    @property
    def maker_is_another(self) -> bool:
        """Return whether its maker is known not to be OneKey, though the numbers are shared."""
        return self.maker.strip().lower().startswith(_OTHER_MAKERS)


def role_of(look: BusLook) -> Role | None:
    """Return what this device is to Seawall, or None if it is none of its business."""
    if look.vendor_id != ONEKEY_VENDOR or look.maker_is_another:
        return None
    if look.product_id in WALLETS:
        return "wallet"
    return "bootloader" if look.product_id in BOOTLOADERS else None


def hints_second_protocol(look: BusLook) -> bool:
    """Return whether its number alone says that it speaks wire protocol version 2."""
    return look.vendor_id == ONEKEY_VENDOR and look.product_id in _SECOND_PROTOCOL
