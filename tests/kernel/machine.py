"""Boots the machine in software and hands back what its scenarios wrote."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.kernel.initrd import archive
from tests.kernel.kernel_files import Kernel, kernel_folder, kernel_in, modules_with_needs

ROOT = Path(__file__).resolve().parents[2]
LONGEST_RUN_S = 540.0
_EMULATOR = "qemu-system-x86_64"
_DEVICE_MANAGERS = (Path("/lib/systemd/systemd-udevd"), Path("/usr/lib/systemd/systemd-udevd"))
_SEAT_RULES = Path("/usr/lib/udev/rules.d/73-seat-late.rules")
_MODULES = [
    *("virtio_pci", "9pnet_virtio", "9p", "overlay", "configfs"),
    *("usbhid", "hid_generic", "dummy_hcd", "libcomposite", "usb_f_fs", "usb_f_hid"),
]
_ARGUMENTS = {"dummy_hcd": "num=2"}  # two ports: some scenarios have two devices


class Outcome(NamedTuple):
    """What a run left: each scenario's record by its name, and all the console said."""

    records: dict[str, dict[str, Any]]
    console: str


def lacking() -> str:
    """Return what the machine lacks here, or "" if it can run."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "the machine is one for Linux on x86-64"
    if shutil.which(_EMULATOR) is None:
        return f"{_EMULATOR} is not installed (Debian: qemu-system-x86)"
    if _busybox() is None:
        return "busybox is not installed (Debian: busybox-static)"
    if not any(path.exists() for path in _DEVICE_MANAGERS) or not _SEAT_RULES.exists():
        return "systemd-udevd is not installed (Debian: systemd, udev)"
    if kernel_in(kernel_folder()) is None:
        return f"no kernel in {kernel_folder()} (python -m tests.kernel.kernel_files fetches Debian's)"
    return ""


def boot(work: Path) -> Outcome:
    """Run all scenarios; return their records. Raises TimeoutExpired if the machine hangs."""
    kernel, busybox = kernel_in(kernel_folder()), _busybox()
    assert kernel is not None
    assert busybox is not None
    initrd = work / "initrd.cpio"
    initrd.write_bytes(
        archive(
            busybox,
            modules_with_needs(kernel, _MODULES),
            _ARGUMENTS,
            folder=ROOT,
            command=[sys.executable, "-P", "-m", "tests.kernel.guest"],
            environment=_environment(),
        )
    )
    console, results = work / "console.txt", work / "results.jsonl"
    results.touch()
    command = _command(kernel, initrd, console, results)
    # What was written until then is judged; scenarios without a record fail by themselves.
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdin=subprocess.DEVNULL, timeout=LONGEST_RUN_S, check=True)
    return Outcome(_records(results), console.read_text(encoding="utf-8", errors="replace"))


def _command(kernel: Kernel, initrd: Path, console: Path, results: Path) -> list[str]:
    return [
        *(_EMULATOR, "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", str(min(2, os.cpu_count() or 1))),
        *("-m", "1536", "-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-nic", "none"),
        *("-kernel", str(kernel.image), "-initrd", str(initrd)),
        *("-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off tsc=reliable"),
        *("-serial", f"file:{console}", "-serial", f"file:{results}"),
        *("-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"),
        *("-device", "virtio-9p-pci,fsdev=root,mount_tag=hostroot"),
    ]


def _environment() -> dict[str, str]:
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _busybox() -> Path | None:
    found = shutil.which("busybox")
    return None if found is None else Path(found).resolve()


def _records(results: Path) -> dict[str, dict[str, Any]]:
    lines = results.read_text(encoding="utf-8", errors="replace").splitlines()
    whole = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return {record["scenario"]: record for record in whole}
