"""The machine's first file system: busybox, kernel modules, and a script that changes over to the host's root.

The host's root is shared read-only; what the machine writes stays in its memory.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

_FILE, _FOLDER = 0o100000, 0o040000
_END = "TRAILER!!!"
_TAG = "hostroot"

_INIT = """#!/bin/busybox sh
export PATH=/bin
busybox mkdir -p /proc /sys /dev /host /memory /new
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
for module in $(busybox cat /modules/order); do
    busybox insmod /modules/$module $(busybox cat /modules/$module.arguments 2>/dev/null) || echo "no $module"
done
busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose {tag} /host
busybox mount -t tmpfs -o size=512m memory /memory
busybox mkdir /memory/upper /memory/work
busybox mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work root /new
busybox ifconfig lo 127.0.0.1 up
for place in proc sys dev; do busybox mount --move /$place /new/$place; done
busybox mount -t tmpfs -o mode=0755 run /new/run
busybox cp /bin/busybox /changed-over /new/run/
exec busybox switch_root /new /run/busybox sh /run/changed-over
"""

_CHANGED_OVER = """
busybox() {{ /run/busybox "$@"; }}
busybox mkdir -p /dev/shm /dev/pts
busybox mount -t tmpfs -o mode=1777 shm /dev/shm
busybox mount -t configfs config /sys/kernel/config
{environment}
cd {folder}
{command} </dev/null >/dev/ttyS0 2>&1
busybox reboot -f
"""


def archive(
    busybox: Path,
    modules: Iterable[tuple[str, bytes]],
    arguments: Mapping[str, str],
    *,
    folder: Path,
    command: list[str],
    environment: Mapping[str, str],
) -> bytes:
    """Return a cpio archive that loads the modules in this order, enters the host's root and runs the command there.

    `arguments` gives a module's parameters by its name. The machine stops when the command ends.
    """
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())
    rest = _CHANGED_OVER.format(environment=exports, folder=shlex.quote(str(folder)), command=shlex.join(command))
    loaded = list(modules)
    entries: list[tuple[str, int, bytes]] = [
        ("bin", _FOLDER | 0o755, b""),
        ("bin/busybox", _FILE | 0o755, busybox.read_bytes()),
        ("init", _FILE | 0o755, _INIT.format(tag=_TAG).encode()),
        ("changed-over", _FILE | 0o644, rest.encode()),
        ("modules", _FOLDER | 0o755, b""),
        ("modules/order", _FILE | 0o644, "\n".join(name for name, _ in loaded).encode()),
        *((f"modules/{name}", _FILE | 0o644, image) for name, image in loaded),
        *((f"modules/{name}.arguments", _FILE | 0o644, words.encode()) for name, words in arguments.items()),
    ]
    return b"".join(_entry(*entry) for entry in (*entries, (_END, 0, b"")))


def _entry(name: str, mode: int, body: bytes) -> bytes:
    """Return one entry of a "newc" archive: thirteen hexadecimal fields, name and body, both padded to four bytes."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(encoded), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + encoded
    return _padded(head) + _padded(body)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
