"""The pure parts of `start.py`, loaded from its file because it stands outside the package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start_of_seawall", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "debian"),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID=nixos\n", ""),
        ("VERSION_ID=debian\n", ""),
    ],
)
def test_family_is_read_from_id_and_id_like(start: ModuleType, text: str, family: str) -> None:
    assert start.family(text) == family


def test_install_line_names_each_package_once(start: ModuleType) -> None:
    line = start.install_line(["libGL.so.1", "libEGL.so.1", "libxcb-shape.so.0"], "arch")
    assert line == ["pacman", "-S", "--needed", "--noconfirm", "libglvnd", "libxcb"]


def test_unknown_system_gets_no_guessed_command(start: ModuleType) -> None:
    assert start.install_line(["libGL.so.1"], "") == []


def test_every_library_has_a_package_on_every_known_system(start: ModuleType) -> None:
    for packages in start.LIBRARIES.values():
        assert set(packages) == set(start.INSTALLERS)


def test_tests_do_without_the_libraries_of_x(start: ModuleType) -> None:
    assert "libxcb-cursor.so.0" in start.needed_by("")
    assert "libxcb-cursor.so.0" not in start.needed_by("test")
    assert "libGL.so.1" in start.needed_by("test")


def test_a_missing_library_is_found_missing(start: ModuleType) -> None:
    assert start.missing_libraries(["libthere-is-no-such-library.so.9"]) == ["libthere-is-no-such-library.so.9"]


def test_environment_goes_stale_when_the_lock_changes(start: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n")
    before = start.fingerprint_of(lock)
    lock.write_text("a==2\n")
    assert start.fingerprint_of(lock) != before


def test_locks_carry_hashes_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index-url" not in text


def test_old_python_is_told_what_to_do(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert start.main([]) == 2
    assert "3.11" in capsys.readouterr().err
