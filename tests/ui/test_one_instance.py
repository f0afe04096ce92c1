"""One window per profile: the second start raises the first and ends; a dead one's claim is taken over."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer
from pytestqt.qtbot import QtBot

from desktop.domain.errors import Refused
from desktop.ui.one_instance import OneInstance

# What another start does: claim, say how that went, and hold on until told to go.
_OTHER_START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.ui.one_instance import OneInstance

app = QCoreApplication([])
one = OneInstance(Path(sys.argv[1]))
print("claimed" if one.claim() else "raised the other", flush=True)
sys.stdin.readline()
"""


@contextmanager
def another_start(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _OTHER_START, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def first(qapp: object, tmp_path: Path) -> Iterator[OneInstance]:
    instance = OneInstance(tmp_path)
    assert instance.claim()
    yield instance
    instance.release()


def test_a_second_start_raises_the_first_window_and_ends(first: OneInstance, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(first.raised, timeout=20_000), another_start(tmp_path) as second:
        assert said(second) == "raised the other"


def test_every_further_start_raises_it_again(first: OneInstance, tmp_path: Path, qtbot: QtBot) -> None:
    for _ in range(3):
        with qtbot.waitSignal(first.raised, timeout=5_000):
            assert not OneInstance(tmp_path).claim()


def test_another_profile_is_free(first: OneInstance, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = OneInstance(tmp_path / "other")
    assert other.claim()
    other.release()


def test_a_profile_that_was_released_can_be_claimed(first: OneInstance, tmp_path: Path) -> None:
    first.release()
    with another_start(tmp_path) as second:
        assert said(second) == "claimed"


def test_the_claim_of_a_killed_process_is_taken_over(qapp: object, tmp_path: Path) -> None:
    with another_start(tmp_path) as dead:
        assert said(dead) == "claimed"
    assert dead.returncode != 0
    mine = OneInstance(tmp_path)
    assert mine.claim()
    mine.release()


def test_a_first_that_does_not_answer_is_named(qapp: object, tmp_path: Path) -> None:
    with another_start(tmp_path) as busy:
        assert said(busy) == "claimed"
        QLocalServer.removeServer(OneInstance(tmp_path)._name)
        with pytest.raises(Refused, match=str(busy.pid)) as refusal:
            OneInstance(tmp_path).claim()
    assert "--profile" in refusal.value.remedy
