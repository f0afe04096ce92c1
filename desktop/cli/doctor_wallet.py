"""The doctor on the way to the wallet: the udev rule first, the libraries, each device; judged in `desktop.hw`."""

from __future__ import annotations

import argparse
import sys

import msgspec

from desktop.cli.chosen_world import folder_of, world_of
from desktop.cli.finding import Check, Finding, missing, ok, unknown
from desktop.cli.journal_reading import read_journal
from desktop.custody.wallet_use import wallet_use
from desktop.domain.errors import DeviceTrouble, SeawallError
from desktop.hw.carriers import discovery
from desktop.hw.carriers.udp_transport import simulators
from desktop.hw.chain_needs import needs_of
from desktop.hw.device_facts import gathered
from desktop.hw.doctor import INSTALL_LINE, DeviceFacts, DeviceFinding, Wish, diagnosed
from desktop.hw.errors import LibraryMissing
from desktop.hw.udev_coverage import AS_SHIPPED, OWN_MODE, VENDOR

_PATIENCE_S = 20.0
_OWN_LINES = ("no rule", "no library")


def wallet_checks(args: argparse.Namespace) -> list[Check]:
    """Return the checks of the way to a hardware wallet, and of what the chosen journal wants it for."""
    return [
        Check("udev-rule", lambda: judged_rules(gathered(ask=False))),
        Check("device-libraries", look_at_libraries),
        Check("device", lambda: judged_devices(gathered(ask=True), _simulators(), wallet_wish(args)), _PATIENCE_S),
    ]


def judged_rules(facts: DeviceFacts) -> Finding:
    """Return whether a rule lets people who are not root open a OneKey."""
    if facts.opened_by is None:
        if not sys.platform.startswith("linux"):
            return ok("this system needs no rule")
        return unknown("the udev rules cannot be read", "Run the doctor with the right to read them.")
    for finding in diagnosed(msgspec.structs.replace(facts, as_root=False)):
        if finding.kind == "no rule":
            return missing(
                finding.found, f"{finding.remedy}; then connect the wallet again.", needed=not facts.as_root
            )
    others = [f"{VENDOR}:{product}" for product in OWN_MODE if product not in facts.opened_by]
    found = sorted({facts.opened_by[product] for product in AS_SHIPPED if product in facts.opened_by})
    remedy = f"For {', '.join(others)} as well: {INSTALL_LINE}" if others else ""
    return ok(", ".join(found) or "the connected wallet can be opened", remedy)


def look_at_libraries() -> Finding:
    """Return whether libusb and hidapi can be loaded."""
    try:
        discovery.connected()
    except LibraryMissing as error:
        return missing(error.message, error.remedy, needed=True)
    except DeviceTrouble as error:
        return unknown(error.message, error.remedy)
    return ok("libusb and hidapi")


def wallet_wish(args: argparse.Namespace) -> Wish:
    """Return what the wallet is wanted for, as the live journal tells; nothing where it cannot be read.

    The wallet of another world is none that is connected here.
    """
    if world_of(args) != "live":
        return Wish()
    try:
        use = wallet_use(read_journal(folder_of(args), "live").transfers.values())
    except SeawallError:  # the check of the data folder, or `transfers list`, tells it
        return Wish()
    return Wish(use.fingerprints, needs_of(use.chains))


def judged_devices(facts: DeviceFacts, simulated: tuple[str, ...] = (), wish: Wish | None = None) -> list[Finding]:
    """Return one line for each thing found about the devices, with its one next step. Simulators are fine as such."""
    findings = [finding for finding in diagnosed(facts, wish) if finding.kind not in _OWN_LINES]
    if simulated:
        findings = [finding for finding in findings if finding.kind != "absent"]
    lines = [_line(finding) for finding in findings]
    lines += [ok(path) for path in simulated]
    return lines or [missing(f"{facts.library} cannot be loaded", facts.library_remedy)]


def _line(finding: DeviceFinding) -> Finding:
    if finding.kind in ("fine", "bridge"):
        return ok(finding.found, finding.remedy)
    return missing(finding.found, finding.remedy)


def _simulators() -> tuple[str, ...]:
    return tuple(one.path for one in simulators("127.0.0.1"))
