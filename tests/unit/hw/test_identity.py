"""Who a device is, whatever it calls itself."""

import pytest

from desktop.hw.identity import identified
from desktop.hw.messages import Features

SHIPPED = {"vendor": "trezor.io", "major_version": 2, "minor_version": 99, "patch_version": 99}


@pytest.mark.parametrize(
    ("kind", "model"),
    [(0, "Classic"), (1, "Classic 1S"), (2, "Mini"), (3, "Touch"), (4, "Touch Pro"), (5, "Pro"), (6, "Pure")],
)
def test_the_type_number_names_the_model(kind: int, model: str) -> None:
    who = identified(Features(**SHIPPED, model="1", onekey_device_type=kind, onekey_version="3.1.4"))
    assert (who.vendor, who.model, who.firmware) == ("OneKey", model, "3.1.4")


def test_the_firmware_is_onekeys_own_and_never_the_frozen_one() -> None:
    newer = Features(**SHIPPED, onekey_device_type=5, onekey_version="1.0.0", onekey_firmware_version="4.20.0")
    assert identified(newer).firmware == "4.20.0"
    assert identified(Features(**SHIPPED, onekey_device_type=5)).firmware == ""
    assert identified(Features(**SHIPPED), "OneKey Classic").firmware == ""
    assert identified(Features(**SHIPPED)).firmware == ""


@pytest.mark.parametrize(
    ("product", "model"),
    [
        ("OneKey Classic 1S", "Classic 1S"),
        ("ByteForge ONEKEY MINI", "Mini"),
        ("OneKey OneKey Pro", "Pro"),
        ("OneKey OneKey Touch", "Touch"),
        ("ByteForge ONEKEY CLASSIC", "Classic"),
    ],
)
def test_old_firmware_is_known_by_its_name_on_the_bus(product: str, model: str) -> None:
    who = identified(Features(**SHIPPED, model="1"), product)
    assert (who.onekey, who.model) == (True, model)


def test_a_real_trezor_is_not_called_a_onekey() -> None:
    trezor = Features(vendor="trezor.io", major_version=2, minor_version=8, patch_version=1, internal_model="T3B1")
    who = identified(trezor, "SatoshiLabs TREZOR")
    assert (who.onekey, who.vendor, who.model, who.firmware) == (False, "trezor.io", "T3B1", "2.8.1")


def test_an_empty_answer_has_no_name() -> None:
    who = identified(Features())
    assert (who.onekey, who.vendor, who.model, who.serial) == (False, "unknown", "unknown", "")
