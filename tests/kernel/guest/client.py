"""A person's program: it takes one command a line on standard input and answers with one line, until it is closed.

Runs under the person's own user id, so that the system's rights are the real ones.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from desktop.domain.errors import SeawallError
from desktop.hw.bitcoin import operations
from desktop.hw.carriers import discovery
from desktop.hw.carriers.transport import Transport
from desktop.hw.device_facts import gathered
from desktop.hw.doctor import diagnosed
from desktop.hw.session import Session
from tests.kernel.guest.long_watch import LongWatch

_Answer = Any
_held: dict[str, Session] = {}
_open: dict[str, Transport] = {}
_watches: list[LongWatch] = []
_claimed: dict[str, Any] = {}


def listing() -> _Answer:
    """Return the wallets that are there."""
    return [{"path": one.path, "product": one.product} for one in discovery.connected()]


def doctor(ask: bool) -> _Answer:
    """Return what the doctor finds of the way to the wallets."""
    return [msgspec.structs.asdict(finding) for finding in diagnosed(gathered(ask=ask))]


def begin(path: str) -> _Answer:
    """Open a session and keep it."""
    session = Session(discovery.at_path(path), quick_s=20)
    session.begin()
    _held[path] = session
    return {"model": session.identity.model, "serial": session.identity.serial}


def address(path: str) -> _Answer:
    """Return the first address, shown and confirmed on the device."""
    return msgspec.structs.asdict(operations.bitcoin_address(_held[path], "m/84'/0'/0'/0/0", show=True))


def quick_address(path: str) -> _Answer:
    """Return the first address without asking the person."""
    return operations.bitcoin_address(_held[path], "m/84'/0'/0'/0/0").address


def sign(path: str, message: str) -> _Answer:
    """Return a signature of the message, confirmed on the device."""
    return msgspec.structs.asdict(operations.sign_message(_held[path], "m/84'/0'/0'/0/0", message))


def resume(path: str) -> _Answer:
    """Go on with the session after a pause."""
    _held[path].resume()
    return "resumed"


def end(path: str) -> _Answer:
    """End the session and let go."""
    _held.pop(path).end()
    return "ended"


def present(path: str) -> _Answer:
    """Return whether the held device is still there."""
    return _held[path].present()


def hold(path: str) -> _Answer:
    """Take hold of the bare carrier."""
    carrier = discovery.at_path(path)
    carrier.open()
    _open[path] = carrier
    return "held"


def put_away(path: str) -> _Answer:
    """Close the bare carrier and keep what it knows."""
    _open[path].close()
    return "closed"


def claim(path: str) -> _Answer:
    """Claim the device as a program does that knows nothing of Seawall."""
    import usb1

    serial = path.partition(":")[2]
    context = usb1.USBContext().open()
    for device in context.getDeviceIterator(skip_on_error=True):
        if device.getVendorID() == 0x1209 and device.getSerialNumber() == serial:
            handle = device.open()
            handle.claimInterface(0)
            _claimed[path] = handle
            return "claimed"
    return "not found"


def hold_again(path: str) -> _Answer:
    """Take hold of the same carrier anew, as after a pause: what it knows of the device is from before."""
    _open[path].open()
    return "held"


def write(path: str, packet: str) -> _Answer:
    """Write one packet, given in hex, to the bare carrier."""
    _open[path].write(bytes.fromhex(packet))
    return "written"


def read(path: str, timeout_s: float) -> _Answer:
    """Read one packet from the bare carrier, in hex."""
    packet = _open[path].read(timeout_s)
    return None if packet is None else packet.hex()


def let_go(path: str) -> _Answer:
    """Close the bare carrier, or the session without a word to the device."""
    if path in _open:
        _open.pop(path).close()
    if path in _claimed:
        _claimed.pop(path).close()
    if path in _held:
        _held.pop(path).drop()
    return "let go"


def watch(poll_s: float) -> _Answer:
    """Begin to wait for a wallet, looking by itself only every `poll_s` seconds."""
    _watches.append(LongWatch(poll_s))
    return "watching"


def watched(state: str, patience_s: float) -> _Answer:
    """Wait until the waiting part tells this state."""
    return _watches[-1].wait_for(state, patience_s)


def unwatch() -> _Answer:
    """Stop waiting for a wallet."""
    while _watches:
        _watches.pop().stop()
    return "stopped"


def let_go_of_all() -> _Answer:
    """Close all that is held."""
    unwatch()
    for path in {*_open, *_held, *_claimed}:
        let_go(path)
    return "let go"


COMMANDS: dict[str, Callable[..., _Answer]] = {
    command.__name__: command
    for command in (
        *(listing, begin, address, quick_address, sign, resume, end, present),
        *(doctor, hold, hold_again, put_away, claim, write, read, let_go, let_go_of_all),
        *(watch, watched, unwatch),
    )
}


def main() -> None:
    """Answer commands until standard input ends."""
    sys.stdout.write('{"id": 0}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        command = json.loads(line)
        started = time.monotonic()
        answer: dict[str, Any]
        number = command.pop("id")
        try:
            answer = {"answer": COMMANDS[command.pop("command")](**command)}
        except SeawallError as error:
            answer = {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}
        except Exception:  # noqa: BLE001 - a fault of the program under trial: told, and the next command is taken
            answer = {"broke": traceback.format_exc()}
        answer["id"] = number
        answer["seconds"] = round(time.monotonic() - started, 3)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
