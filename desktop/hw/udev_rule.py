"""The udev rule that lets people open a OneKey on Linux: its text for this system, and the one way to install it.

The rule itself is shipped as a file; here it is only fitted to the system.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from desktop.hw.doctor import RULE_NAME
from desktop.hw.errors import RuleNotInstalled

RULE_PATH = Path("/etc/udev/rules.d") / RULE_NAME
GROUP = "plugdev"
_MODE = 'MODE="0660"'
_PATIENCE_S = 300.0  # a person types a password meanwhile
# One fixed program with one fixed destination; the rule comes by standard input, so nobody can slip a path in.
_PUT_IN_PLACE = (
    f"umask 022 && mkdir -p {RULE_PATH.parent} && cat >{RULE_PATH}.new && mv {RULE_PATH}.new {RULE_PATH}"
    " && udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=hidraw"
)


def fitted(rule: str, *, group_exists: bool) -> str:
    """Return the rule with the group plugdev only where there is one: udev complains of a group it cannot find."""
    return rule.replace(_MODE, f'{_MODE}, GROUP="{GROUP}"') if group_exists else rule


def fitted_here(rule: str) -> str:
    """Return the rule for this system. Linux only."""
    import grp

    try:
        grp.getgrnam(GROUP)
    except KeyError:
        return fitted(rule, group_exists=False)
    return fitted(rule, group_exists=True)


def install(rule: str) -> None:
    """Write the rule and let the device manager apply it to what is connected.

    Call it only once the person agreed: unless this process is root, the system asks for a password (pkexec). Blocks.
    Raises RuleNotInstalled.
    """
    command = install_command(as_root=os.geteuid() == 0, pkexec=shutil.which("pkexec"))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; what varies comes by standard input
            command, input=rule, text=True, capture_output=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuleNotInstalled(str(error)) from None
    if done.returncode in (126, 127) and command[0] != "/bin/sh":
        raise RuleNotInstalled("the system did not give the right to do so")
    if done.returncode:
        raise RuleNotInstalled(done.stderr.strip() or f"exit code {done.returncode}")


def install_command(*, as_root: bool, pkexec: str | None) -> list[str]:
    """Return the command that takes the rule by standard input. Raises RuleNotInstalled if there is none."""
    plain = ["/bin/sh", "-c", _PUT_IN_PLACE]
    if as_root:
        return plain
    if pkexec is None:
        raise RuleNotInstalled("this system has no pkexec")
    return [pkexec, *plain]
