"""Rules and lists of wallets, read as udev reads them."""

from pathlib import Path

from desktop.hw.udev_coverage import covered, covered_products, listed_products
from desktop.storage.resource_files import resource

_TREZOR_STYLE = """
# SUBSYSTEM=="usb", ATTR{idVendor}=="1209", ATTR{idProduct}=="4f4a", MODE="0666"
SUBSYSTEM=="usb", ATTR{idVendor}=="1209", ATTR{idProduct}=="53C0", MODE="0660", GROUP="plugdev", TAG+="uaccess"
SUBSYSTEM=="usb", ATTR{idVendor}=="1209", \\
  ATTR{idProduct}=="53c1", TAG+="uaccess"
KERNEL=="hidraw*", ATTRS{idVendor}=="1209", ATTRS{idProduct}=="4f4b", MODE="0660"
SUBSYSTEM=="usb", ATTR{idVendor}=="1209", ATTR{idProduct}=="4f4b", ENV{ID_NAME}="wallet"
"""
_LIST = """
# Trezor v2
usb:v534Cp0001*
 ID_HARDWARE_WALLET=1

usb:v1209p53C0*
usb:v1209p53C1*
 ID_HARDWARE_WALLET=1

usb:v1209p4F4B*
 ID_HARDWARE_WALLET=0
"""
_USES_LIST = 'SUBSYSTEM=="usb", ENV{ID_HARDWARE_WALLET}=="1", TAG+="uaccess"'
ALL = {"53c0", "53c1", "4f4a", "4f4b", "4f4c"}


def test_rules_are_read_as_udev_reads_them() -> None:
    assert covered_products({"51-trezor.rules": _TREZOR_STYLE}) == {
        "53c0": "51-trezor.rules",
        "53c1": "51-trezor.rules",
    }
    wide = 'SUBSYSTEM=="usb", ATTRS{idVendor}=="534c|1209", ATTRS{idProduct}=="53c[01]|4f4?", TAG+="uaccess"'
    assert set(covered_products({"a.rules": wide})) == ALL
    assert covered_products({"a.rules": wide.replace("1209", "1d50")}) == {}


def test_our_own_rules_cover_every_wallet() -> None:
    text = resource("udev/70-seawall-onekey.rules").read_text(encoding="utf-8")
    assert set(covered_products({"70-seawall-onekey.rules": text})) == ALL


def test_the_systems_own_list_counts_where_a_rule_uses_it(tmp_path: Path) -> None:
    assert listed_products([_LIST]) == ["53c0", "53c1"]
    rules, lists = tmp_path / "rules.d", tmp_path / "hwdb.d"
    rules.mkdir()
    lists.mkdir()
    (lists / "70-hardware-wallets.hwdb").write_text(_LIST)
    assert covered([rules], [lists]) == {}
    (rules / "70-uaccess.rules").write_text(_USES_LIST)
    (lists / "20-names.hwdb").write_text(_LIST.replace("=0", "=1") + " " * 70_000)
    assert set(covered([rules], [lists])) == {"53c0", "53c1"}


def test_a_file_in_the_first_folder_hides_those_of_its_name(tmp_path: Path) -> None:
    first, second = tmp_path / "etc", tmp_path / "lib"
    first.mkdir()
    second.mkdir()
    (second / "51-trezor.rules").write_text(_TREZOR_STYLE)
    folders = [first, second, tmp_path / "not there"]
    assert set(covered(folders, [])) == {"53c0", "53c1"}
    (first / "51-trezor.rules").symlink_to("/dev/null")
    assert covered(folders, []) == {}
