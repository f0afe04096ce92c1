"""README lists every host the program may contact, and none that it does not."""

from __future__ import annotations

import re
from pathlib import Path

from desktop.venues.context.sources import KEYED, KEYLESS
from desktop.venues.regional_hosts import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"\b(?:https?|wss?)://([A-Za-z0-9.-]+\.[a-z]{2,})")
_KEYCHAIN = {"coinglass-key", "sosovalue-key"}
_EXAMPLES = {"api.bybit.eu", "example.org"}  # in words that explain a setting


def section() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("## Hosts it contacts")[1].split("\n## ")[0]


def test_every_host_in_the_code_stands_in_the_table_and_no_other() -> None:
    in_code = {
        host
        for path in (ROOT / "desktop").rglob("*.py")
        for host in _ADDRESS.findall(path.read_text(encoding="utf-8"))
    }
    rows = [line.split("|")[1] for line in section().splitlines() if line.startswith("| `")]
    in_table = {host for row in rows for host in re.findall(r"`([^`]+)`", row)}
    in_code |= {host for source in (*KEYLESS.values(), *KEYED.values()) for host in source.rules.follow}
    assert in_code - _EXAMPLES == in_table - _KEYCHAIN


def test_every_domain_of_a_regional_host_is_named() -> None:
    named = set(re.findall(r"`([a-z-]+\.[a-z]+)`", section().split("regional host")[1]))
    assert {domain for domains in DOMAINS.values() for domain in domains} == named
