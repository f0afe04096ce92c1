"""What a device is by its numbers and names."""

import pytest

from desktop.hw.carriers.bus_identity import BusLook, hints_second_protocol, role_of


@pytest.mark.parametrize(
    ("product_id", "maker", "role"),
    [
        (0x53C1, "OneKey", "wallet"),
        (0x53C1, "ByteForge", "wallet"),
        (0x53C1, "", "wallet"),  # who made it cannot be read yet; it is asked again once it is open
        (0x4F4B, "OneKey", "wallet"),
        (0x4F4C, "OneKey", "wallet"),
        (0x53C0, "OneKey", "bootloader"),
        (0x4F4A, "", "bootloader"),
        (0x4F50, "", "bootloader"),
        (0x53C1, "SatoshiLabs", None),
        (0x53C1, "Trezor Company", None),
        (0x53C0, "trezor", None),
        (0x0001, "OneKey", None),
    ],
)
def test_the_role_of_a_device(product_id: int, maker: str, role: str | None) -> None:
    assert role_of(BusLook(0x1209, product_id, maker)) == role


def test_another_vendor_is_never_ours() -> None:
    assert role_of(BusLook(0x534C, 0x0001, "OneKey")) is None
    assert not hints_second_protocol(BusLook(0x534C, 0x4F4C))


def test_the_second_protocol_is_hinted_by_its_number() -> None:
    assert hints_second_protocol(BusLook(0x1209, 0x4F4C))
    assert not hints_second_protocol(BusLook(0x1209, 0x53C1))


def test_names_for_people() -> None:
    assert BusLook(1, 2, "OneKey", "OneKey Pro").words == "OneKey Pro"
    assert BusLook(1, 2, "ByteForge", "ONEKEY MINI").words == "ByteForge ONEKEY MINI"
    assert BusLook(1, 2).words == ""
    assert BusLook(1, 2, serial="S", place="1:2").name == "S"
    assert BusLook(1, 2, place="1:2").name == "1:2"
