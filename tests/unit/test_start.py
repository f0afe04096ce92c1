"""start.py: what it needs for which call, what it names as missing, what it does when it was cut short."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from desktop.cli import system_libraries

ROOT = Path(__file__).resolve().parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


start = load()


@pytest.mark.parametrize(
    "args", [["inspect", "f"], ["doctor"], ["backtest"], ["--version"], ["--practice", "--help"]]
)
def test_a_call_without_window_needs_no_library_of_qt(args: list[str]) -> None:
    assert start.libraries_for(args, {"DISPLAY": ":0"}) == []


def test_only_the_wallet_among_the_commands_needs_libusb() -> None:
    assert start.libraries_for(["wallet", "list"], {}) == ["libusb-1.0.so.0"]


@pytest.mark.parametrize(
    ("surroundings", "with_x"),
    [
        ({"DISPLAY": ":0"}, True),
        ({}, True),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_a_window_needs_the_libraries_of_x_only_under_x(surroundings: dict[str, str], with_x: bool) -> None:
    needed = start.libraries_for(["--practice"], surroundings)
    assert set(system_libraries.QT_LIBRARIES) <= set(needed)
    assert ("libxcb-cursor.so.0" in needed) is with_x


@pytest.mark.parametrize("first", ["test", "check"])
def test_tests_need_both_locks_and_no_screen(first: str) -> None:
    assert start.locks_for([first, "-q"]) == ("requirements.lock", "requirements-test.lock")
    needed = start.libraries_for([first], {"DISPLAY": ":0"})
    assert "libEGL.so.1" in needed
    assert "libxcb-cursor.so.0" not in needed


def test_the_lock_of_the_tests_names_all_that_the_lock_of_the_program_names() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("requirements.lock") <= pins("requirements-test.lock")
    assert "setuptools" in {pin.split("==")[0] for pin in pins("requirements.lock")}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_names_no_index_and_hashes_everything(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    blocks = [
        block for block in text.replace("\\\n", " ").splitlines() if "==" in block and not block.startswith("#")
    ]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ('NAME="Debian GNU/Linux"\nID=debian\n', "debian"),
        ("ID=linuxmint\nID_LIKE=ubuntu\n", "debian"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID=alpine\n", ""),
    ],
)
def test_the_family_of_a_system_is_read_from_its_own_words(os_release: str, family: str) -> None:
    assert system_libraries.system_family(os_release) == family


@pytest.mark.parametrize(
    ("family", "as_root", "line"),
    [
        ("debian", True, "apt-get install -y --no-install-recommends libegl1 libxcb-shape0 libxcb-xkb1"),
        ("fedora", False, "sudo dnf install -y libglvnd-egl libxcb"),
        ("arch", False, "sudo pacman -S --needed --noconfirm libglvnd libxcb"),
    ],
)
def test_the_install_line_names_each_package_once(family: str, as_root: bool, line: str) -> None:
    packages = system_libraries.packages_of(family, ["libxcb-xkb.so.1", "libxcb-shape.so.0", "libEGL.so.1"])
    assert system_libraries.install_line(family, packages, as_root=as_root) == line


def test_a_library_that_is_not_there_is_missing_and_one_that_is_is_not() -> None:
    present = next(iter(system_libraries._loader_list()), None)
    if present is None:
        pytest.skip("this system has no ldconfig")
    assert system_libraries.missing_libraries([present, "libnever-written.so.9"]) == ["libnever-written.so.9"]


@pytest.fixture
def no_egl(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Pretend that libEGL is missing; return the list of commands that were run."""
    ran: list[list[str]] = []

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start, "missing_libraries", lambda wanted: ["libEGL.so.1"])
    monkeypatch.setattr(start.subprocess, "run", note)
    return ran


def test_root_on_debian_sees_the_line_and_then_it_runs(
    no_egl: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "_here", lambda: ("debian", True))
    start.mend_libraries(["libEGL.so.1"], may_install=True)
    assert no_egl == [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "libegl1"]]
    assert "apt-get install -y --no-install-recommends libegl1" in capsys.readouterr().err


def test_no_system_names_the_line_and_runs_nothing(
    no_egl: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "_here", lambda: ("debian", True))
    start.mend_libraries(["libEGL.so.1"], may_install=False)
    assert no_egl == []
    assert "libegl1" in capsys.readouterr().err


@pytest.mark.parametrize("here", [("debian", False), ("fedora", True), ("", True)])
def test_elsewhere_nothing_is_installed_behind_the_persons_back(
    no_egl: list[list[str]], monkeypatch: pytest.MonkeyPatch, here: tuple[str, bool]
) -> None:
    monkeypatch.setattr(start, "_here", lambda: here)
    with pytest.raises(start.SetUpFailed, match="--no-system"):
        start.mend_libraries(["libEGL.so.1"], may_install=True)
    assert no_egl == []


def test_progress_counts_what_this_system_needs_and_tells_big_downloads() -> None:
    said = [
        "Ignoring pywin32-ctypes: markers 'sys_platform == \"win32\"' don't match your environment",
        "Collecting numpy==2.4.6 (from -r requirements.lock (line 3))",
        "Downloading numpy-2.4.6-cp311-manylinux.whl (16.9 MB)",
        "Requirement already satisfied: h11==0.16.0 in ./site-packages (from -r requirements.lock (line 9)) (0.16.0)",
        "Collecting idna==3.20 (from -r requirements.lock (line 12))",
        "Downloading idna-3.20-py3-none-any.whl (69 kB)",
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError'",
        "Installing collected packages: numpy, idna",
    ]
    assert list(start.progress(said, 4)) == [
        "[  1/3] numpy==2.4.6",
        "          fetching 16.9 MB",
        "[  2/3] h11==0.16.0",
        "[  3/3] idna==3.20",
        "The packages cannot be reached; trying again.",
        "Installing 2 packages; this takes a moment",
    ]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment that is made but empty."""
    environment = tmp_path / ".venv"
    (environment / "bin").mkdir(parents=True)
    for name in (
        "requirements.lock",
        "requirements-test.lock",
        "pyproject.toml",
        ".venv/pyvenv.cfg",
        ".venv/bin/python",
    ):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "ENVIRONMENT", environment)
    monkeypatch.setattr(start, "SETTINGS", environment / "pyvenv.cfg")
    monkeypatch.setattr(start, "PYTHON", environment / "bin/python")
    monkeypatch.setattr(start, "STAMP", environment / "stamp.json")
    monkeypatch.setattr(start, "UNFINISHED", environment / "unfinished")
    return tmp_path


@pytest.fixture
def installed(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is installed instead of installing it, and every making of the environment."""
    noted: list[str] = []
    monkeypatch.setattr(start, "need_venv", lambda **_: None)
    monkeypatch.setattr(start, "_has_pip", lambda: True)
    monkeypatch.setattr(start, "_pip", lambda args, named, keep: noted.append(Path(args[-1]).name))

    def make(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        noted.append("environment made anew")
        start.UNFINISHED.unlink(missing_ok=True)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(start.subprocess, "run", make)
    return noted


RUN, TEST = ("requirements.lock",), ("requirements.lock", "requirements-test.lock")


def test_the_second_start_installs_nothing(installed: list[str]) -> None:
    start.set_up(RUN, may_install=False)
    assert installed[0] == "requirements.lock"
    installed.clear()
    start.set_up(RUN, may_install=False)
    assert installed == []


def test_tests_after_a_start_add_only_their_own(installed: list[str]) -> None:
    start.set_up(RUN, may_install=False)
    assert not start.is_set_up(TEST)
    start.set_up(TEST, may_install=False)
    assert "requirements-test.lock" in installed
    assert start.is_set_up(RUN)
    assert start.is_set_up(TEST)


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_change_of_what_it_rests_on_sets_up_again(installed: list[str], project: Path, changed: str) -> None:
    start.set_up(RUN, may_install=False)
    (project / changed).write_text("something else")
    assert not start.is_set_up(RUN)


def test_a_set_up_cut_short_begins_with_a_new_environment(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(args: list[str], named: int, keep: tuple[int, ...]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(start, "_pip", cut_short)
        with pytest.raises(KeyboardInterrupt):
            start.set_up(RUN, may_install=False)
    assert not start.is_set_up(RUN)
    start.set_up(RUN, may_install=False)
    assert installed[:2] == ["environment made anew", "requirements.lock"]
    assert start.is_set_up(RUN)


@pytest.mark.skipif(os.name == "nt", reason="there starts do not wait for each other")
def test_the_next_start_waits_for_the_pip_of_one_that_was_killed() -> None:
    import fcntl

    with start._one_at_a_time() as keep:
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=keep)
    with Path(start.__file__).open(encoding="utf-8") as next_start:
        with pytest.raises(BlockingIOError):
            fcntl.flock(next_start, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left.communicate(b"\n")
        fcntl.flock(next_start, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_folder_that_cannot_be_written_is_named(installed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(keep: tuple[int, ...]) -> None:
        raise PermissionError(13, "Permission denied", "/usr/src/seawall/.venv")

    monkeypatch.setattr(start, "_make_environment", refused)
    with pytest.raises(start.SetUpFailed, match=r"/usr/src/seawall/\.venv: Permission denied"):
        start.set_up(RUN, may_install=False)


@pytest.mark.parametrize(
    ("last_words", "advice"),
    [
        ("WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'", "HTTPS_PROXY"),
        ("ERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)", "network"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no room"),
        ("ERROR: something else", "A new start goes on"),
    ],
)
def test_what_a_person_can_do_follows_from_what_pip_said(last_words: str, advice: str) -> None:
    told = " ".join(start.why_failed(["Collecting x==1", last_words]))
    assert "A new start goes on from here." in told
    assert advice in told


@pytest.mark.parametrize("stamp", ["", "{", "[]", '"x"'])
def test_a_damaged_stamp_means_not_set_up(project: Path, stamp: str) -> None:
    (project / ".venv/stamp.json").write_text(stamp)
    assert not start.is_set_up(RUN)


def test_a_python_too_old_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(start, "newer_python", lambda: None)
    with pytest.raises(start.SetUpFailed, match=r"needs Python 3\.11 or newer"):
        start.need_python()


def test_a_python_without_venv_is_told_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "_can_make_environments", lambda: False)
    monkeypatch.setattr(start, "_here", lambda: ("debian", False))
    with pytest.raises(start.SetUpFailed):
        start.need_venv(may_install=True)
    assert (
        f"sudo apt-get install -y --no-install-recommends python3.{sys.version_info[1]}-venv"
        in capsys.readouterr().err
    )


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import start; "
        "own = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names); "
        "sys.exit(str(own - {'start', 'desktop', '__main__'}) if own - {'start', 'desktop', '__main__'} else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
