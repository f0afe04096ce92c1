"""Play every scenario on the bench; write one line of JSON each to the second serial port."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.kernel.guest import company, hot_plug, looks, pulled_plugs, rights, work
from tests.kernel.guest.bench import Bench

_RESULTS = Path("/dev/ttyS1")
_ALL: dict[str, Callable[[Bench], dict[str, Any]]] = {
    **rights.SCENARIOS,
    **looks.SCENARIOS,
    **work.SCENARIOS,
    **pulled_plugs.SCENARIOS,
    **company.SCENARIOS,
    **hot_plug.SCENARIOS,
}


def main() -> None:
    """Play the scenarios one after the other; one that fails does not stop the others."""
    with _RESULTS.open("w", encoding="ascii") as results:
        began = time.monotonic()
        bench = Bench()
        _record(results, {"scenario": "set-up", "uptime_s": began, "seconds": round(time.monotonic() - began, 2)})
        for name, play in _ALL.items():
            started = time.monotonic()
            try:
                bench.clear()
                facts = play(bench)
            except Exception:  # noqa: BLE001 - told in its own record
                facts = {"broke": traceback.format_exc()}
                sys.stdout.write(f"{name} broke\n{facts['broke']}")
            seconds = round(time.monotonic() - started, 2)
            _record(results, {"scenario": name, "seconds": seconds, **facts})


def _record(results: Any, record: dict[str, Any]) -> None:
    results.write("\n" + json.dumps(record) + "\n")
    results.flush()


if __name__ == "__main__":
    main()
