"""The kernel that the machine boots: the one Debian ships, unpacked into a folder and never installed.

    python -m tests.kernel.kernel_files

fetches it into `.cache/kernel` (or SEAWALL_KERNEL_DIR), unless it is there already.
"""

from __future__ import annotations

import lzma
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parents[2]
_META_PACKAGE = "linux-image-amd64"
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")
_PACKED = (".ko", ".ko.xz", ".ko.zst")


class Kernel(NamedTuple):
    """A kernel image and the folder of the modules made for it."""

    image: Path
    modules: Path


def kernel_folder() -> Path:
    """Return the folder in which an unpacked kernel is looked for."""
    return Path(os.environ.get("SEAWALL_KERNEL_DIR") or _ROOT / ".cache/kernel")


def kernel_in(folder: Path) -> Kernel | None:
    """Return the kernel unpacked there, the newest by name, or None."""
    for image in sorted(folder.glob("boot/vmlinuz-*"), reverse=True):
        version = image.name.removeprefix("vmlinuz-")
        for modules in (folder / "lib/modules" / version, folder / "usr/lib/modules" / version):
            if modules.is_dir():
                return Kernel(image, modules)
    return None


def fetch(folder: Path) -> Kernel:
    """Download Debian's kernel package and unpack it there. Raises CalledProcessError or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    told = _said(["apt-cache", "depends", "--important", _META_PACKAGE])
    package = next(line.split()[-1] for line in told.splitlines() if "Depends: linux-image-" in line)
    subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
    for archive in sorted(folder.glob(f"{package}_*.deb")):
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
        archive.unlink()
    found = kernel_in(folder)
    if found is None:
        raise FileNotFoundError(f"{package} holds no kernel")
    return found


def modules_with_needs(kernel: Kernel, wanted: list[str]) -> list[tuple[str, bytes]]:
    """Return these modules and what they need, unpacked, each after its needs; what is built in is left out."""
    there = {_name(path): path for path in kernel.modules.rglob("*.ko*") if path.name.endswith(_PACKED)}
    ordered: dict[str, bytes] = {}

    def take(name: str) -> None:
        if name in ordered or name not in there:
            return
        image = _unpacked(there[name])
        needs = _DEPENDS.search(image)
        for need in needs[1].decode().split(",") if needs else ():
            take(need.replace("-", "_"))
        ordered[name] = image

    for name in wanted:
        take(name)
    return list(ordered.items())


def _name(path: Path) -> str:
    return path.name.partition(".ko")[0].replace("-", "_")


def _unpacked(path: Path) -> bytes:
    packed = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(packed)
    if path.suffix == ".zst":
        import zstandard  # the fetching runs before anything is installed

        return zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return packed


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    here = kernel_folder()
    sys.stdout.write(f"{(kernel_in(here) or fetch(here)).image}\n")
