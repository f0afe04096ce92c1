"""The machine of the kernel tests: booted once, and after every other test."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.kernel import machine

Facts = dict[str, Any]
_HERE = Path(__file__).parent


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, object, object]:
    """Mark what needs the machine, and leave it for the end: a broken machine must not hide the rest."""
    result = yield
    on_machine = [item for item in items if _HERE in item.path.parents and "played" in _fixtures(item)]
    for item in on_machine:
        item.add_marker("kernel")
        item.add_marker(pytest.mark.timeout(2 * machine.LONGEST_RUN_S + 60))
    items[:] = [item for item in items if item not in set(on_machine)] + on_machine
    return result


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> machine.Outcome:
    """Return what the machine wrote; skip where it cannot run.

    What broke off on its way to a finding (a processor in software is late now and then) is played once more, on a
    fresh machine; what breaks off twice fails. Findings stand as they were made first.
    """
    lacking = machine.lacking()
    if lacking:
        pytest.skip(lacking)
    first = machine.boot(tmp_path_factory.mktemp("machine"))
    found = {name: facts for name, facts in first.records.items() if "broke" not in facts}
    if len(found) == len(first.records):
        return first
    second = machine.boot(tmp_path_factory.mktemp("machine"))
    return machine.Outcome({**second.records, **found}, second.console)


@pytest.fixture
def played(outcome: machine.Outcome) -> Callable[[str], Facts]:
    """Return the facts of a scenario by its name; fail if it was not played to its end."""

    def facts_of(scenario: str) -> Facts:
        if scenario not in outcome.records:
            pytest.fail(f"{scenario!r} was not played; the console ends with:\n{outcome.console[-3000:]}")
        facts = outcome.records[scenario]
        if "broke" in facts:
            pytest.fail(facts["broke"])
        return facts

    return facts_of


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []
