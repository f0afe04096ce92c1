"""`seawall doctor`: what is wrong here and how to mend it. A check that fails or hangs never stops the others."""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from collections.abc import Sequence

from desktop.cli.chosen_world import folder_of
from desktop.cli.doctor_desktop import desktop_checks
from desktop.cli.doctor_machine import machine_checks
from desktop.cli.doctor_reading import reading_checks
from desktop.cli.doctor_rule import show_or_install
from desktop.cli.doctor_wallet import wallet_checks
from desktop.cli.finding import Check, Finding, unknown
from desktop.cli.output import Output
from desktop.domain.errors import BadInput

_MARKS = {"ok": "ok     ", "missing": "MISSING", "unknown": "unknown"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--network", action="store_true", help="contact the hosts of the feeds as well")
    parser.add_argument(
        "--udev-rule", choices=("print", "install"), help="the rule that opens the wallet on Linux, and nothing else"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Print one line a check and a summary; return 1 if something is missing that window or wallet needs.

    Raise WrongUsage for a profile that cannot be, or what the udev rule alone meets.
    """
    if args.udev_rule:
        return show_or_install(args.udev_rule, out)
    with contextlib.suppress(BadInput):  # one of the checks tells it, beside the others
        folder_of(args)
    return examine([*desktop_checks(), *machine_checks(args), *reading_checks(), *wallet_checks(args)], out)


def examine(checks: Sequence[Check], out: Output) -> int:
    """Run the checks side by side, print them in their order with a summary, and return the exit code."""
    begin = time.monotonic()
    looks = [_Look(check) for check in checks]
    findings: list[tuple[str, Finding]] = []
    for check, look in zip(checks, looks, strict=True):
        for finding in look.findings(begin + check.patience_s):
            findings.append((check.name, finding))
            words = f"{_MARKS[finding.state]}  {check.name}: {finding.found}"
            words += f"\n         → {finding.remedy}" if finding.remedy else ""
            facts = {
                "state": finding.state,
                "found": finding.found,
                "remedy": finding.remedy,
                "needed": finding.needed,
            }
            out.emit({"kind": "check", "name": check.name, **facts}, words)
    return _summary(findings, out)


def _summary(findings: Sequence[tuple[str, Finding]], out: Output) -> int:
    counts = {state: sum(finding.state == state for _, finding in findings) for state in _MARKS}
    lacking = list(dict.fromkeys(name for name, one in findings if one.state == "missing" and one.needed))
    words = f"{counts['ok']} in order, {counts['missing']} missing, {counts['unknown']} unknown."
    words += f" Seawall needs: {', '.join(lacking)}." if lacking else " Seawall has what it needs."
    out.emit({"kind": "summary", **counts, "needed_and_missing": lacking}, words)
    return 1 if lacking else 0


class _Look:
    """One check on a thread that does not keep the program from ending, should it hang."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._findings: Sequence[Finding] = ()
        self._thread = threading.Thread(target=self._look, name=f"doctor {check.name}", daemon=True)
        self._thread.start()

    def findings(self, deadline: float) -> Sequence[Finding]:
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._findings or [unknown(f"no answer within {self._check.patience_s:g} s", "Try again.")]

    def _look(self) -> None:
        try:
            found = self._check.look()
            self._findings = [found] if isinstance(found, Finding) else found
        except Exception as error:  # noqa: BLE001
            # A fault of this check alone: it is told in its place, and the others go on.
            words = f"the check itself failed: {type(error).__name__}: {error}"
            self._findings = [unknown(words, "Please report it.")]
