"""Who may hold a device, from what a process table tells."""

from pathlib import Path

import pytest

from desktop.hw.carriers.holders import holder_words, holding_programs, likely_programs

NODE = Path("/dev/bus/usb/001/007")


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    for pid, name, opened in (
        (12, "bash", ["/dev/null"]),
        (34, "onekey-wallet", ["/dev/null", str(NODE)]),
        (56, "chromium", []),
        (57, "chromium", []),
    ):
        folder = tmp_path / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "comm").write_text(name + "\n")
        for number, target in enumerate(opened):
            (folder / "fd" / str(number)).symlink_to(target)
    (tmp_path / "99").mkdir()  # one that has just ended
    (tmp_path / "self").mkdir()
    return tmp_path


def test_the_program_that_has_it_open_is_named(processes: Path) -> None:
    assert [program.pid for program in holding_programs(NODE, processes)] == [34]
    assert holder_words(NODE, processes) == "onekey-wallet (process 34) holds it"


def test_else_those_that_are_likely_to(processes: Path) -> None:
    assert [program.pid for program in likely_programs(processes)] == [34, 56]
    words = holder_words(Path("/dev/bus/usb/001/008"), processes)
    assert words.endswith("perhaps one of those running: onekey-wallet (process 34), chromium (process 56)")


def test_else_what_is_known_to_do_so(tmp_path: Path) -> None:
    assert "the OneKey app, its bridge" in holder_words(NODE, tmp_path)
    assert "the OneKey app, its bridge" in holder_words(None, tmp_path / "none")
