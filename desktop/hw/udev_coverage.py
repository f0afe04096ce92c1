"""Which OneKeys the rules of this system open to people who are not root, read as udev reads them."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

# In this order a file hides others of its name.
RULE_FOLDERS = (
    Path("/etc/udev/rules.d"),
    Path("/run/udev/rules.d"),
    Path("/usr/local/lib/udev/rules.d"),
    Path("/usr/lib/udev/rules.d"),
    Path("/lib/udev/rules.d"),
)
LIST_FOLDERS = (Path("/etc/udev/hwdb.d"), Path("/usr/lib/udev/hwdb.d"), Path("/lib/udev/hwdb.d"))
VENDOR = "1209"
AS_SHIPPED = ("53c0", "53c1")  # a OneKey out of its box shows one of these
OWN_MODE = ("4f4a", "4f4b", "4f4c")
PRODUCTS = (*AS_SHIPPED, *OWN_MODE)
_MATCH = re.compile(r'ATTRS?\{(idVendor|idProduct)\}\s*==\s*"([^"]*)"')
_GRANT = re.compile(r'\b(?:MODE|GROUP|TAG)\s*(?::?=|\+=)\s*"')
_LISTED = re.compile(r"usb:v([0-9A-Fa-f]{4})p([0-9A-Fa-f]{4})")
_LARGEST_LIST = 64 * 1024  # the lists of every vendor's names are megabytes, and no list of wallets
_LIST_IS_USED = "ID_HARDWARE_WALLET"


def covered(
    rule_folders: Sequence[Path] = RULE_FOLDERS, list_folders: Sequence[Path] = LIST_FOLDERS
) -> dict[str, str]:
    """Return the OneKey products that are opened, each with the file that does. Raises OSError."""
    rules = texts(rule_folders, "*.rules")
    found = covered_products(rules)
    for name, text in rules.items():
        if _LIST_IS_USED in text:
            for product in listed_products(texts(list_folders, "*.hwdb", largest=_LARGEST_LIST).values()):
                found.setdefault(product, f"{name} (the system's own list of wallets)")
    return found


def covered_products(rules: Mapping[str, str]) -> dict[str, str]:
    """Return the OneKey products that a rule opens by their numbers, each with the file of that rule."""
    found: dict[str, str] = {}
    for name, text in rules.items():
        for line in text.replace("\\\n", " ").splitlines():
            if line.lstrip().startswith("#") or not _GRANT.search(line) or "hidraw" in line:
                continue
            wanted = dict(_MATCH.findall(line))
            for product in PRODUCTS:
                if _fits(VENDOR, wanted.get("idVendor", "")) and _fits(product, wanted.get("idProduct", "*")):
                    found.setdefault(product, name)
    return found


def listed_products(lists: Iterable[str]) -> list[str]:
    """Return the OneKey products that a list of hardware wallets names; newer systems ship one."""
    found: list[str] = []
    for text in lists:
        numbers: list[str] = []
        for line in text.splitlines():
            match = _LISTED.match(line)
            if match:
                numbers.append(match[2].lower() if match[1] == VENDOR else "")
            elif f"{_LIST_IS_USED}=1" in line:
                found += [number for number in numbers if number in PRODUCTS]
            if not match:
                numbers = []
    return found


def texts(folders: Sequence[Path], pattern: str, largest: float = math.inf) -> dict[str, str]:
    """Return the files of these folders by name, a name in an earlier folder hiding later ones. Raises OSError.

    A file of more than `largest` bytes is left out.
    """
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
            # A link to /dev/null switches the file of this name off: it reads as empty.
            if path.name not in found and path.stat().st_size <= largest:
                found[path.name] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _fits(value: str, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern.lower()) for pattern in patterns.split("|"))
