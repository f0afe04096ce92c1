"""The doctor on the way to the wallet: the system's rules, the libraries, what is connected."""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop.cli.doctor_rule import INSTALL_LINE
from desktop.cli.finding import Check, Finding, missing, ok, unknown
from desktop.domain.errors import DeviceTrouble
from desktop.hw.carriers import discovery
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import answering
from desktop.hw.errors import LibraryMissing

# In this order a file hides others of its name.
RULE_FOLDERS = (
    Path("/etc/udev/rules.d"),
    Path("/run/udev/rules.d"),
    Path("/usr/local/lib/udev/rules.d"),
    Path("/usr/lib/udev/rules.d"),
    Path("/lib/udev/rules.d"),
)
_VENDOR = "1209"
_AS_SHIPPED = ("53c0", "53c1")  # a OneKey out of its box shows one of these
_OWN_MODE = ("4f4a", "4f4b", "4f4c")
_SIMULATOR = ("127.0.0.1", 54935)
_MATCH = re.compile(r'ATTRS?\{(idVendor|idProduct)\}\s*==\s*"([^"]*)"')
_GRANT = re.compile(r'\b(?:MODE|GROUP|TAG)\s*(?::?=|\+=)\s*"')


def wallet_checks() -> list[Check]:
    """Return the checks of the way to a hardware wallet."""
    return [
        Check("udev-rule", look_at_rules),
        Check("device-libraries", look_at_libraries),
        Check("device", look_for_device),
    ]


def look_at_rules(folders: Sequence[Path] = RULE_FOLDERS) -> Finding:
    """Return whether a rule lets people who are not root open a OneKey over USB."""
    if not sys.platform.startswith("linux"):
        return ok("this system needs no rule")
    try:
        covered = covered_products(_rule_texts(folders))
    except OSError as error:
        return unknown(
            f"{error.filename} cannot be read: {error.strerror}", "Run the doctor with the right to read it."
        )
    if not all(product in covered for product in _AS_SHIPPED):
        lacking = [f"{_VENDOR}:{product}" for product in (*_AS_SHIPPED, *_OWN_MODE) if product not in covered]
        return missing(
            f"no rule for {', '.join(lacking)}",
            f"{INSTALL_LINE}; then connect the wallet again.",
            needed=os.geteuid() != 0,
        )
    others = [f"{_VENDOR}:{product}" for product in _OWN_MODE if product not in covered]
    found = ", ".join(sorted({covered[product] for product in _AS_SHIPPED}))
    return ok(found, f"For {', '.join(others)} as well: {INSTALL_LINE}" if others else "")


def covered_products(rules: Mapping[str, str]) -> dict[str, str]:
    """Return the OneKey products that a rule opens, each with the file of that rule."""
    covered: dict[str, str] = {}
    for name, text in rules.items():
        for line in text.replace("\\\n", " ").splitlines():
            if line.lstrip().startswith("#") or not _GRANT.search(line) or "hidraw" in line:
                continue
            wanted = dict(_MATCH.findall(line))
            for product in (*_AS_SHIPPED, *_OWN_MODE):
                if _fits(_VENDOR, wanted.get("idVendor", "")) and _fits(product, wanted.get("idProduct", "*")):
                    covered.setdefault(product, name)
    return covered


def _fits(value: str, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern.lower()) for pattern in patterns.split("|"))


def _rule_texts(folders: Sequence[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.rules")) if folder.is_dir() else ():
            # A link to /dev/null switches the file of this name off: it reads as empty.
            found.setdefault(path.name, path.read_text(encoding="utf-8", errors="replace"))
    return found


def look_at_libraries() -> Finding:
    """Return whether libusb and hidapi can be loaded."""
    try:
        discovery.connected()
    except LibraryMissing as error:
        return missing(error.message, error.remedy, needed=True)
    except DeviceTrouble as error:
        return unknown(error.message, error.remedy)
    return ok("libusb and hidapi")


def look_for_device() -> Finding:
    """Return which wallets are there, by looking alone: none is opened, nothing is asked of one."""
    try:
        by_cable = discovery.connected()
    except DeviceTrouble as error:
        by_cable, trouble = [], error.message
    else:
        trouble = ""
    found: list[Transport] = [*by_cable, *answering(*_SIMULATOR)]
    if found:
        return ok(", ".join(f"{one.path} {one.product}".strip() for one in found))
    return missing(trouble or "no wallet is connected", "Connect the wallet and unlock it when it is wanted.")
