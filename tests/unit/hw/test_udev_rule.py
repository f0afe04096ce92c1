"""The udev rule: fitted to the system, and put in place by one fixed command."""

import os
import subprocess
from pathlib import Path

import pytest

from desktop.hw import udev_rule
from desktop.hw.errors import RuleNotInstalled
from desktop.hw.udev_rule import RULE_PATH, fitted, install, install_command
from desktop.storage.resource_files import resource

RULE = resource("udev/70-seawall-onekey.rules").read_text(encoding="utf-8")


def test_the_shipped_rule_gives_the_seat_every_onekey() -> None:
    grants = [line for line in RULE.splitlines() if line and not line.startswith("#")]
    assert all('TAG+="uaccess"' in line and 'MODE="0660"' in line for line in grants)
    assert {line.split('idProduct}=="')[1][:4] for line in grants} == {"53c0", "53c1", "4f4a", "4f4b", "4f4c"}
    assert RULE_PATH.name < "73-seat-late.rules"  # where `uaccess` is acted upon


def test_the_group_is_named_only_where_it_exists() -> None:
    assert fitted(RULE, group_exists=False) == RULE
    assert fitted(RULE, group_exists=True).count('GROUP="plugdev"') == RULE.count('MODE="0660"')


def test_the_command_is_fixed_and_takes_the_rule_by_standard_input() -> None:
    plain = install_command(as_root=True, pkexec=None)
    assert plain[:2] == ["/bin/sh", "-c"]
    assert str(RULE_PATH) == "/etc/udev/rules.d/70-seawall-onekey.rules"
    assert install_command(as_root=False, pkexec="/usr/bin/pkexec") == ["/usr/bin/pkexec", *plain]
    with pytest.raises(RuleNotInstalled, match="no pkexec"):
        install_command(as_root=False, pkexec=None)


@pytest.fixture
def asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand for pkexec: keep what came by standard input, and end with the code that stands in a file."""
    (tmp_path / "pkexec").write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/asked\ncat >{tmp_path}/rule\n. {tmp_path}/end\n'
    )
    (tmp_path / "pkexec").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def test_installing_asks_the_system_for_the_right(asks: Path) -> None:
    (asks / "end").write_text("exit 0\n")
    install(RULE)
    assert (asks / "rule").read_text() == RULE
    assert (asks / "asked").read_text().startswith("/bin/sh -c ")


@pytest.mark.parametrize(("end", "why"), [("exit 126", "did not give the right"), ("echo full >&2; exit 1", "full")])
def test_a_refusal_is_told(asks: Path, end: str, why: str) -> None:
    (asks / "end").write_text(end + "\n")
    with pytest.raises(RuleNotInstalled, match=why):
        install(RULE)


def test_the_command_writes_the_rule_as_it_came(tmp_path: Path) -> None:
    place = tmp_path / "rules.d" / RULE_PATH.name
    words = udev_rule._PUT_IN_PLACE.replace(str(RULE_PATH.parent), str(place.parent))
    words = words.replace("udevadm", "true")
    subprocess.run(["/bin/sh", "-c", words], input=RULE, text=True, check=True)
    assert place.read_text() == RULE
    assert place.stat().st_mode & 0o777 == 0o644
    assert list(place.parent.iterdir()) == [place]
