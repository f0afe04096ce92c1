"""Our own lock: exclusive between objects and processes, gone with its process, absent where it cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.hw import errors
from desktop.hw.carriers.own_lock import OwnLock

_HOLD = """
import sys
from pathlib import Path
from desktop.hw.carriers.own_lock import OwnLock
lock = OwnLock("A/B", Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    first, second, other = OwnLock("A/B", tmp_path), OwnLock("A/B", tmp_path), OwnLock("C", tmp_path)
    first.take()
    first.take()
    other.take()
    with pytest.raises(errors.DeviceBusy, match=rf"another Seawall \(process {os.getpid()}\) holds it"):
        second.take()
    first.release()
    first.release()
    second.take()
    second.release()
    other.release()


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        lock = OwnLock("A/B", tmp_path)
        with pytest.raises(errors.DeviceBusy, match=rf"process {holder.pid}\)"):
            lock.take()
        holder.kill()
        holder.wait()
        lock.take()
        lock.release()


@pytest.mark.expects_log("no lock for the wallet")
def test_without_a_folder_the_wallet_is_still_reached(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lock = OwnLock("A", tmp_path / "file" / "folder")
    lock.take()
    lock.release()
