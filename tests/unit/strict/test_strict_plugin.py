"""The strict plugin catches what it says it catches: each kind is planted in a run of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from fnmatch import fnmatch
from pathlib import Path
from xml.etree import ElementTree

import pytest

_ROOT = Path(__file__).resolve().parents[3]
_CONFTEST = 'pytest_plugins = ["tests.strict.plugin"]\n'
_SETTINGS = """
[pytest]
addopts = --strict-markers -p no:cacheprovider
filterwarnings = error
qt_log_level_fail = WARNING
qt_api = pyside6
markers =
    gui: opens windows
"""

LEAKS = {
    "thread": (
        """
        import threading

        def test_it():
            threading.Thread(target=threading.Event().wait, name="forgotten", daemon=True).start()
        """,
        "*thread 'forgotten' still runs*",
    ),
    "timer": (
        """
        from PySide6.QtCore import QTimer

        KEPT = []

        def test_it(qapp):
            timer = QTimer()
            timer.start(60_000)
            KEPT.append(timer)
        """,
        "*QTimer still runs, started at *test_timer.py:8 in test_it*",
    ),
    "single shot": (
        """
        from PySide6.QtCore import QTimer

        def test_it(qapp):
            QTimer.singleShot(60_000, lambda: None)
        """,
        "*a single shot is still due, set at *test_single_shot.py:5 in test_it*",
    ),
    "qthread": (
        """
        from PySide6.QtCore import QThread

        KEPT = []

        def test_it(qapp):
            thread = QThread()
            thread.start()
            KEPT.append(thread)
        """,
        "*QThread still runs, started at *test_qthread.py:8 in test_it*",
    ),
    "animation": (
        """
        from PySide6.QtCore import QVariantAnimation

        KEPT = []

        def test_it(qapp):
            animation = QVariantAnimation()
            animation.setStartValue(0.0)
            animation.setEndValue(1.0)
            animation.setDuration(60_000)
            animation.start()
            KEPT.append(animation)
        """,
        "*QVariantAnimation still runs, started at *test_animation.py:11 in test_it*",
    ),
    "qt message": (
        """
        from PySide6.QtCore import qWarning

        def test_it(qapp):
            qWarning("odd geometry")
        """,
        "*odd geometry*",
    ),
    "qt message in teardown": (
        """
        import pytest
        from PySide6.QtCore import qWarning

        @pytest.fixture
        def late():
            yield
            qWarning("odd farewell")

        def test_it(qapp, late):
            pass
        """,
        "*Qt said while the test was torn down: odd farewell*",
    ),
    "log": (
        """
        import logging

        def test_it():
            logging.getLogger("desktop.venues").warning("socket closed by %s", "them")
        """,
        "*logged: WARNING desktop.venues: socket closed by them*",
    ),
    "python warning": (
        """
        import warnings

        def test_it():
            warnings.warn("soon gone", DeprecationWarning)
        """,
        "*soon gone*",
    ),
    "network": (
        """
        import socket

        def test_it():
            with socket.socket() as sock:
                sock.connect(("192.0.2.1", 443))
        """,
        "*tried to socket.connect '192.0.2.1'*",
    ),
    "network, refusal swallowed": (
        """
        import asyncio
        import contextlib

        def test_it():
            with contextlib.suppress(Exception):
                asyncio.run(asyncio.open_connection("example.com", 443))
        """,
        "*tried to socket.getaddrinfo 'example.com'*",
    ),
    "server for everyone": (
        """
        import socket

        def test_it():
            with socket.socket() as sock:
                sock.bind(("0.0.0.0", 0))
        """,
        "*tried to socket.bind '0.0.0.0'*",
    ),
    "shared folder": (
        f"""
        def test_it():
            open({str(_ROOT.parent / "shared" / "data" / "vectors.json")!r}).read()
        """,
        "*tried to read *vectors.json*",
    ),
}

CLEAN = """
import logging
import os
import socket
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QWidget


def test_threads_that_end(qapp):
    thread = threading.Thread(target=lambda: None)
    thread.start()
    other = QThread()
    other.start()
    other.quit()
    assert other.wait(5_000)


def test_timer_that_dies_with_its_window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    timer = QTimer(window)
    timer.start(60_000)
    QTimer.singleShot(60_000, window, window.update)


@pytest.mark.expects_log("feed .* went silent")
def test_announced_log():
    logging.getLogger("desktop").warning("feed %s went silent", "binance")


def test_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
        server.accept()[0].close()


def test_home_is_not_the_persons():
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert Path.home().name.startswith("seawall-tests-")
    assert Path(os.environ["XDG_DATA_HOME"]).parent == Path.home()


def test_windows_are_marked(request, qapp):
    assert request.node.get_closest_marker("gui")


def test_others_are_not(request):
    assert not request.node.get_closest_marker("gui")


@pytest.fixture(scope="session")
def long_lived():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield
    end.set()
    thread.join()


def test_a_fixture_that_outlives_the_test(long_lived):
    pass


def test_another_with_it(long_lived):
    pass
"""


def strict_run(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Run these test files under the plugin in a process of its own; return what each test was blamed for."""
    (folder / "pytest.ini").write_text(_SETTINGS)
    (folder / "conftest.py").write_text(_CONFTEST)
    for name, source in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        check=False,
    )
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{one.get('classname')}.{one.get('name')}": "".join(part.text or "" for part in one) for one in cases}


@pytest.fixture(scope="module")
def blamed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    files = {f"test_{_slug(kind)}": source for kind, (source, _) in LEAKS.items()}
    return strict_run(tmp_path_factory.mktemp("leaks"), files)


def _slug(kind: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in kind)


@pytest.mark.parametrize("kind", sorted(LEAKS))
def test_what_is_left_behind_fails_that_test_and_no_other(kind: str, blamed: dict[str, str]) -> None:
    words = blamed[f"test_{_slug(kind)}.test_it"]
    assert fnmatch(words, LEAKS[kind][1]), words
    others = [one for one in LEAKS if one != kind and fnmatch(words, LEAKS[one][1])]
    assert others == []


def test_a_clean_test_passes(tmp_path: Path) -> None:
    blamed = strict_run(tmp_path, {"test_clean": CLEAN})
    assert len(blamed) == CLEAN.count("def test_")
    assert {test: words for test, words in blamed.items() if words} == {}
