"""A kill at any journal write of a whole transfer: it reopens where it was, and nothing is sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ORDER = ["none", "what", "route", "destination", "proof", "send", "watch", "done"]
ONCE = ("drafted", "what_agreed", "route_chosen", "control_proved", "said_sent", "derived_again")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def told(folder: Path, network: str) -> list[dict[str, Any]]:
    """Return what the walker told of all its lives."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.crash.transfer_walker", str(folder), *([network] if network else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("network", ["", "ETH", "SOL"])
def test_a_kill_at_every_journal_write_reopens_the_same_page_and_sends_once(tmp_path: Path, network: str) -> None:
    undisturbed, *lives = told(tmp_path, network)
    assert undisturbed["ended"] == 0
    assert undisturbed["pages"] == ORDER
    assert undisturbed["withdrawn"] == 1
    assert len(lives) == 2 * undisturbed["writes"] >= 40
    for life in lives:
        where = f"killed {life['when']} write {life['at']}: {life}"
        assert life["died_of"] == signal.SIGKILL, where
        assert life["ended"] == 0, where
        assert life["withdrawn"] == 1, where
        assert life["opened"] == expected_page(life), where
        # What was on disk is still there, and the rest follows it.
        assert life["events"][: len(life["before"])] == life["before"], where
        assert [life["events"].count(tag) for tag in ONCE] == [1] * len(ONCE) or only_unheard(life), where
        assert life["events"][-1] == "derived_again", where


def expected_page(life: dict[str, Any]) -> str:
    """Return the page that was shown, or the next one where the event that leads to it was on disk but not shown."""
    shown = life["shown"]
    leads_on = {
        "drafted": "what",
        "what_agreed": "route",
        "route_chosen": "destination",
        "page_agreed": "proof",
        "control_proved": "send",
        "said_sent": "watch",
    }
    last = life["before"][-1] if life["before"] else ""
    if last in leads_on:
        return leads_on[last]
    arrived = ORDER.index(life["opened"]) == ORDER.index(shown) + 1 == ORDER.index("done")
    return "done" if life["when"] == "after" and last == "chain_saw" and arrived else str(shown)


def only_unheard(life: dict[str, Any]) -> bool:
    """Whether only the person's word 'sent' is missing: the coin was sent, the kill came first, and it was found."""
    counts = {tag: life["events"].count(tag) for tag in ONCE}
    return counts.pop("said_sent") == 0 and set(counts.values()) == {1} and "exchange_saw" in life["events"]
