"""The strict plugin. A test fails if, once it is torn down, it left something behind:

a thread, a timer, thread or animation of Qt, a Qt warning, a log record from WARNING upward that no
`@pytest.mark.expects_log("pattern")` announced, or an attempt at a host beyond loopback or at the folder `shared`
beside the checkout, even if the code under test swallowed the refusal.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.strict import left_over_threads, private_home
from tests.strict.out_of_bounds import Watch
from tests.strict.stray_logs import StrayLogs

# Before any test module is imported: some libraries read their places at import.
_home: Path = private_home.move_in()

from tests.strict.left_over_qt import QtWatch  # noqa: E402

# An oracle raises it at import, so far that deep nesting overflows the C stack instead of being refused.
_DEEPEST_CALLS = sys.getrecursionlimit()

_watch = Watch()
_logs = StrayLogs()
_qt = QtWatch()
_threads_before = pytest.StashKey[set[threading.Thread]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start watching."""
    config.addinivalue_line(
        "markers", "expects_log(*patterns): log records the test announces, as regular expressions"
    )
    _watch.start()
    _qt.install()
    logging.getLogger().addHandler(_logs)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop watching and remove the home folder of the tests."""
    _watch.awake = False
    logging.getLogger().removeHandler(_logs)
    private_home.move_out(_home)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens windows."""
    for item in items:
        if isinstance(item, pytest.Function) and {"qtbot", "qapp"} & set(item.fixturenames):
            item.add_marker("gui")


@pytest.fixture(autouse=True)
def _nothing_before(request: pytest.FixtureRequest) -> None:
    """Take the measure before the test's own fixtures and after those that outlive it."""
    request.node.stash[_threads_before] = left_over_threads.running()
    _qt.forget()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Forget what earlier tests said and what earlier imports changed."""
    sys.setrecursionlimit(_DEEPEST_CALLS)
    _logs.forget()
    _watch.offences.clear()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Look at what is left once everything of the test is torn down."""
    _qt.listen()
    try:
        result = yield
    finally:
        complaints = _complaints(item)
        complaints += _qt.heard()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)
    return result


def _complaints(item: pytest.Item) -> list[str]:
    found = [f"tried to {what}" for what in _watch.offences]
    found += _qt.left_over()
    before = item.stash.get(_threads_before, None)
    if before is not None:
        found += left_over_threads.left_over(before)
    expected = [pattern for mark in item.iter_markers("expects_log") for pattern in mark.args]
    return found + _logs.strays(expected)
