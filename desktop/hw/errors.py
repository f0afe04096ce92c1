"""What can go wrong between Seawall and a hardware wallet.

DeviceTrouble (desktop.domain.errors)           exit code 4
├── NoDevice            none is connected, or the one named is not there
├── SeveralDevices      more than one is connected and none was chosen
├── DeviceGone          it was there and left
│   └── Silent          it is there and stopped answering
├── DeviceBusy          another program, or an open question, holds it
│   ├── HeldBySeawall   another Seawall of this person
│   └── DoesNotAnswer   it was opened and says nothing
├── LibraryMissing      the library that reaches it is not installed
├── AccessDenied        the system does not let us open it
│   └── NoDriver        the system has no driver for it yet
├── RuleNotInstalled    the rule that would let us could not be put in place
├── NoPressed           the person said No on the device
├── Cancelled           the person cancelled here
├── Locked              it needs its PIN
│   └── PinWrong        the PIN was not the right one
├── PassphraseRefused   the passphrase cannot be used
├── NotSetUp            it holds no wallet yet
├── InBootloader        it waits for an update and is no wallet now
├── NotSupported        its firmware does not know this request
├── DeviceRefused       any other refusal, with the device's code and words
│   └── ForeignInputs   it does not sign beside inputs of others
├── Garbage             bytes that no wallet sends
│   └── TooBig          a message longer than any of this protocol
├── WrongAnswer         a sound message, but not one that answers the request
├── WrongWallet         another device, seed or passphrase than before
└── NotProved           the answer does not hold when checked here
"""

from __future__ import annotations

from desktop.domain.errors import DeviceTrouble


class NoDevice(DeviceTrouble):
    """No wallet is connected, or none at the path that was named."""

    def __init__(self, path: str = "") -> None:
        where = f" at {path}" if path else ""
        super().__init__(f"no hardware wallet{where} is connected", "Connect the wallet and switch it on.")
        self.path = path


class SeveralDevices(DeviceTrouble):
    """More than one wallet is connected; `paths` names them."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(
            f"{len(paths)} hardware wallets are connected: {', '.join(paths)}",
            "Leave one connected, or choose one with --device.",
        )
        self.paths = paths


class DeviceGone(DeviceTrouble):
    """The wallet left or went silent; what was asked of it may or may not have been done."""

    def __init__(self, how: str = "it was disconnected") -> None:
        super().__init__(f"the wallet is gone: {how}", "Connect it again; then ask again if nothing was done.")


class Silent(DeviceGone):
    """No answer where no person is waited for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it did not answer for {seconds:g} s")
        self.seconds = seconds


class DeviceBusy(DeviceTrouble):
    """Another program holds the wallet, or it shows a question of someone else."""

    def __init__(self, how: str = "another program holds it") -> None:
        super().__init__(
            f"the wallet is busy: {how}",
            "Close other wallet programs and browser tabs; answer what the device shows, or press its No once.",
        )


class HeldBySeawall(DeviceBusy):
    """Another Seawall of the same person holds the wallet; `process` is its number, "" if it cannot be read."""

    def __init__(self, process: str) -> None:
        super().__init__(f"another Seawall{f' (process {process})' if process else ''} holds it")
        self.process = process


class DoesNotAnswer(DeviceBusy):
    """The wallet was opened and says nothing: it shows a question of someone else, or is locked against USB."""

    def __init__(self) -> None:
        super().__init__("it does not answer; it may show another program's question, or be locked")


class LibraryMissing(DeviceTrouble):
    """A library that reaches devices cannot be loaded; `library` names it."""

    def __init__(self, library: str, remedy: str) -> None:
        super().__init__(f"{library} cannot be loaded, so no wallet can be reached by cable", remedy)
        self.library = library


class AccessDenied(DeviceTrouble):
    """The system refuses to open the device."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"the system does not let Seawall open the wallet at {path}",
            "On Linux: seawall doctor --udev-rule install; then connect the wallet again.",
        )
        self.path = path


class NoDriver(AccessDenied):
    """The system lists the device and has not given it the driver through which programs reach it (Windows)."""

    def __init__(self, path: str) -> None:
        DeviceTrouble.__init__(
            self,
            f"the system has no driver yet for the wallet at {path}",
            "Connect it directly to this computer, without a hub, and wait until the system has set it up.",
        )
        self.path = path


class RuleNotInstalled(DeviceTrouble):
    """The udev rule could not be put in place; nothing was changed."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the udev rule was not installed: {why}",
            "Let seawall doctor --udev-rule print it, and install it as root.",
        )


class NoPressed(DeviceTrouble):
    """The person said No on the device."""

    def __init__(self) -> None:
        super().__init__("No was pressed on the wallet", "Nothing was signed or sent. Ask again if that was a slip.")


class Cancelled(DeviceTrouble):
    """The person cancelled here while the device was asking; `still_asking`: the device did not take the cancel."""

    def __init__(self, *, still_asking: bool = False) -> None:
        super().__init__(
            "the request to the wallet was cancelled",
            "Press No on the wallet: it may still wait for a key, even on its home screen. Nothing was taken from it."
            if still_asking
            else "Nothing was signed or sent. Ask again when ready.",
        )


class Locked(DeviceTrouble):
    """The wallet needs its PIN first."""

    def __init__(self, how: str = "the wallet is locked") -> None:
        super().__init__(how, "Unlock it with its PIN.")


class PinWrong(Locked):
    """The PIN was refused. Trying again costs waiting time, and too many tries wipe the device."""

    def __init__(self) -> None:
        super().__init__("the wallet refused the PIN")


class PassphraseRefused(DeviceTrouble):
    """The passphrase cannot be used; `why` says so without showing it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the passphrase cannot be used: {why}", "Enter it again, at most 50 bytes long.")


class NotSetUp(DeviceTrouble):
    """The device holds no wallet."""

    def __init__(self) -> None:
        super().__init__("the device holds no wallet yet", "Set it up with its own program first.")


class InBootloader(DeviceTrouble):
    """The device is in its update mode."""

    def __init__(self) -> None:
        super().__init__(
            "the device is in bootloader mode", "Disconnect it and connect it again without holding a key."
        )


class NotSupported(DeviceTrouble):
    """The firmware does not know the request."""

    def __init__(self, request: str, remedy: str = "Update the firmware of the wallet.") -> None:
        super().__init__(f"the wallet's firmware does not know {request}", remedy)
        self.request = request


class DeviceRefused(DeviceTrouble):
    """The device refused with its own words; `code` is its failure code."""

    def __init__(self, code: int | None, words: str) -> None:
        super().__init__(
            f"the wallet refused: {words or 'without a reason'} (code {code})", "Check what was asked of it."
        )
        self.code = code
        self.words = words


class ForeignInputs(DeviceRefused):
    """The device does not sign beside inputs that it cannot verify; `places` are those that are not the wallet's."""

    def __init__(self, places: tuple[int, ...], words: str) -> None:
        super().__init__(None, words)
        named = ", ".join(map(str, places))
        self.message = f"the wallet does not sign beside inputs of others, here {named}: {words}"
        self.remedy = 'Set its safety checks to "prompt" with its own program, or spend only this wallet\'s coins.'
        self.places = places


class Garbage(DeviceTrouble):
    """Bytes that no wallet of this protocol sends; the link is dropped."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the wallet sent what cannot be read: {what}", "Disconnect it, connect it, and ask again.")
        self.what = what


class TooBig(Garbage):
    """A message that declares more bytes than any of this protocol has."""

    def __init__(self, number: int, length: int) -> None:
        super().__init__(f"a message of {length} bytes")
        self.number = number
        self.length = length


class WrongAnswer(DeviceTrouble):
    """A sound message that does not answer the request; the link is dropped, since answers may now be out of step."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"the wallet answered {actual} where {expected} was expected; the link was dropped",
            "Look at the device, then ask again.",
        )
        self.expected = expected
        self.actual = actual


class WrongWallet(DeviceTrouble):
    """Not the wallet that was there before; `how` says by what it was opened, as far as it is known."""

    def __init__(self, expected: str, actual: str, how: str = "") -> None:
        super().__init__(
            f"this is another wallet: {actual} instead of {expected}" + (f"; {how}" if how else ""),
            "Connect the right wallet, and check the PIN and passphrase you open it with.",
        )
        self.expected = expected
        self.actual = actual
        self.how = how


class NotProved(DeviceTrouble):
    """An answer that does not hold when it is checked here. Never use it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the wallet's answer does not hold: {what}", "Do not use it. Check device and cable.")
        self.what = what
