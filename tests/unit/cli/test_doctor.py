"""The doctor: every check told, none stopping the rest, Qt asked in a child alone."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.__main__ import main
from desktop.cli import doctor, doctor_desktop, doctor_machine, doctor_rule, doctor_wallet
from desktop.cli.doctor_desktop import ChildFailed, asked_of_child, look_at_display, look_at_platform, look_at_qt
from desktop.cli.doctor_machine import feed_checks, feed_hosts, judged_clock, look_at_folder, look_at_host
from desktop.cli.doctor_wallet import judged_devices, judged_rules
from desktop.cli.finding import Check, Finding, missing, ok
from desktop.cli.journal_reading import JournalPicture
from desktop.cli.output import Output
from desktop.custody.transfer import TransferState
from desktop.hw.carriers.transport import Transport
from desktop.hw.doctor import DeviceFacts, SeenDevice, Wish
from desktop.hw.errors import LibraryMissing
from desktop.storage.profile import profile_folder
from desktop.storage.settings import Settings
from desktop.storage.transfer_journal import JOURNAL_FILE
from tests.unit.custody import parts

_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="udev and the session bus are Linux's")


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_check_that_fails_or_hangs_does_not_stop_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    released = threading.Event()

    def fails() -> Finding:
        raise ZeroDivisionError("by itself")

    def hangs() -> Finding:
        released.wait()
        return ok("too late")

    try:
        code = doctor.examine(
            [Check("fails", fails), Check("hangs", hangs, 0.05), Check("last", lambda: ok("fine"))],
            Output(as_json=True),
        )
    finally:
        released.set()
    lines = printed(capsys)
    assert code == 0
    assert [line["name"] for line in lines[:-1]] == ["fails", "hangs", "last"]
    assert [line["state"] for line in lines[:-1]] == ["unknown", "unknown", "ok"]
    assert "ZeroDivisionError" in str(lines[0]["found"])
    assert lines[-1] == {"kind": "summary", "ok": 1, "missing": 0, "unknown": 2, "needed_and_missing": []}


@pytest.mark.parametrize(("needed", "code"), [(True, 1), (False, 0)])
def test_only_what_is_needed_makes_the_result_negative(
    capsys: pytest.CaptureFixture[str], needed: bool, code: int
) -> None:
    check = Check("tray", lambda: missing("no tray", "Switch it on.", needed=needed))
    assert doctor.examine([check], Output(as_json=False)) == code
    text = capsys.readouterr().out
    assert "MISSING  tray: no tray" in text
    assert "Switch it on." in text


@pytest.mark.slow
def test_the_whole_doctor_runs_without_importing_qt(tmp_path: Path) -> None:
    code = (
        "import sys; from desktop.__main__ import main;"
        f" code = main(['doctor', '--json', '--practice', '--data-dir', {str(tmp_path)!r}]);"
        " sys.exit(9 if any(name.startswith('PySide6') for name in sys.modules) else code)"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=100)
    lines = {line.get("name"): line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1, done.stderr  # drawn off screen, the window is seen by nobody
    assert {"kind", "name", "state", "found", "remedy"} <= set(lines["qt"])
    assert lines["qt"]["state"] == "ok", lines["qt"]
    assert lines["qt-platform"]["state"] == "ok", lines["qt-platform"]
    assert "QT_QPA_PLATFORM" in lines["display"]["remedy"]
    assert lines["data-folder"]["state"] == "ok"
    assert lines["keychain"]["state"] == "missing"
    assert lines[None]["kind"] == "summary"
    assert "display" in lines[None]["needed_and_missing"]


def test_a_profile_that_cannot_be_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--profile", "../x", "--data-dir", str(tmp_path)]) == 2
    assert printed(capsys)[-1]["kind"] == "error"


def test_a_missing_shared_library_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "OSError: libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    raising = f"import sys; sys.stderr.write({words!r} + '\\nAborted\\n'); sys.exit(1)"
    with pytest.raises(ChildFailed) as caught:
        asked_of_child(raising)
    assert caught.value.library == "libxcb-cursor.so.0"
    if sys.platform == "linux":
        monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
        monkeypatch.setattr(doctor_desktop, "_LOAD_PLUGIN", raising)
        monkeypatch.setattr(doctor_desktop, "system_family", lambda release: "debian")
        finding = look_at_platform()
        assert finding.state == "missing"
        assert finding.needed
        assert "libxcb-cursor.so.0" in finding.found
        assert "libxcb-cursor0" in finding.remedy


def test_qt_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_desktop, "_IMPORT_QT", "import no_such_part_of_seawall")
    finding = look_at_qt()
    assert (finding.state, finding.needed) == ("missing", True)
    assert "no_such_part_of_seawall" in finding.found


def test_a_child_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_desktop, "_CHILD_SECONDS", 0.2)
    with pytest.raises(ChildFailed, match="no answer"):
        asked_of_child("import threading; threading.Event().wait()")


@_LINUX
def test_without_a_display_the_words_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    finding = look_at_display()
    assert (finding.state, finding.needed) == ("missing", True)
    assert "DISPLAY" in finding.found


@_LINUX
def test_a_session_without_a_bus_has_no_notification_service() -> None:
    finding = doctor_desktop.look_at_notifications()
    assert finding.state == "missing"
    assert "session bus" in finding.found


@pytest.mark.parametrize(
    ("now_s", "wall_s", "state", "word"),
    [
        (1_800_000_000, 0.21, "ok", "2027"),
        (0, 0.2, "missing", "1970"),
        (1_800_000_000, 3600.2, "missing", "jumped"),
        (1_800_000_000, -5.0, "missing", "jumped"),
    ],
)
def test_a_clock_is_judged_by_its_year_and_its_pace(now_s: float, wall_s: float, state: str, word: str) -> None:
    finding = judged_clock(now_s, wall_s, 0.2)
    assert finding.state == state
    assert word in finding.found


def test_a_time_zone_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Moon/Tranquility")
    finding = doctor_machine.look_at_time_zone()
    assert finding.state == "unknown"
    assert "Moon/Tranquility" in finding.found


def folder_arguments(data_dir: Path) -> argparse.Namespace:
    return argparse.Namespace(practice=True, profile="default", data_dir=str(data_dir))


def test_a_data_folder_that_can_be_used_is_named_and_left_empty(tmp_path: Path) -> None:
    finding = look_at_folder(folder_arguments(tmp_path))
    assert finding.state == "ok"
    assert list((tmp_path / "practice" / "default").iterdir()) == []


def test_a_data_folder_that_cannot_be_made_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    finding = look_at_folder(folder_arguments(tmp_path / "file"))
    assert (finding.state, finding.needed) == ("missing", True)
    assert finding.remedy


def test_hosts_are_named_and_contacted_only_when_asked() -> None:
    (named,) = feed_checks("live", Settings(), contact=False)
    finding = named.look()
    assert finding.state == "unknown"
    assert "fstream.binance.com" in finding.found
    assert "--network" in finding.remedy
    hosts = feed_hosts(Settings())
    checks = feed_checks("live", Settings(), contact=True)
    assert [check.name for check in checks] == [f"feed {host}" for host in hosts]
    (practice,) = feed_checks("practice", Settings(), contact=True)
    assert practice.look().state == "ok"


def test_hosts_a_person_chose_are_the_ones_contacted_and_a_foreign_one_is_named() -> None:
    assert "api.bybit.eu" in feed_hosts(Settings(hosts={"bybit": {"rest": "https://api.bybit.eu"}}))
    foreign = Settings(hosts={"bybit": {"rest": "https://evil.test"}})
    for contact in (True, False):
        (check,) = feed_checks("live", foreign, contact=contact)
        finding = check.look()
        assert (finding.state, finding.needed) == ("missing", True)
        assert "evil.test" in finding.found


def test_a_host_that_does_not_answer_is_named() -> None:
    finding = look_at_host("127.0.0.1:1")
    assert finding.state == "missing"
    assert "127.0.0.1:1" in finding.found
    assert finding.remedy


@_LINUX
def test_the_rule_alone_can_be_printed_and_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["doctor", "--udev-rule", "print", "--json"]) == 0
    (shown,) = printed(capsys)
    assert shown["path"] == "/etc/udev/rules.d/70-seawall-onekey.rules"
    assert 'TAG+="uaccess"' in str(shown["rule"])
    taken: list[str] = []
    monkeypatch.setattr(doctor_rule, "install", taken.append)
    assert main(["doctor", "--udev-rule", "install", "--json"]) == 0
    assert taken == [shown["rule"]]
    assert printed(capsys)[0]["installed"] is True


def test_a_library_that_cannot_be_loaded_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> list[Transport]:
        raise LibraryMissing("libusb", "Install libusb-1.0-0.")

    monkeypatch.setattr(doctor_wallet.discovery, "connected", lacking)
    finding = doctor_wallet.look_at_libraries()
    assert (finding.state, finding.needed, finding.remedy) == ("missing", True, "Install libusb-1.0-0.")


@_LINUX
def test_a_missing_rule_is_needed_by_whoever_is_not_root() -> None:
    facts = DeviceFacts(opened_by={})
    finding = judged_rules(facts)
    assert (finding.state, finding.needed) == ("missing", True)
    assert "1209:53c1" in finding.found
    assert "--udev-rule install" in finding.remedy
    assert not judged_rules(DeviceFacts(opened_by={}, as_root=True)).needed


@_LINUX
def test_a_rule_that_leaves_some_out_is_in_order_and_told() -> None:
    finding = judged_rules(DeviceFacts(opened_by={"53c0": "51-trezor.rules", "53c1": "51-trezor.rules"}))
    assert (finding.state, finding.found) == ("ok", "51-trezor.rules")
    assert "1209:4f4b" in finding.remedy
    assert judged_rules(DeviceFacts(opened_by=None)).state == "unknown"


def test_every_device_has_a_line_of_its_own() -> None:
    seen = (SeenDevice("usb:A", "OneKey Pro", answer="ready"), SeenDevice("usb:B", bootloader=True))
    first, second = judged_devices(DeviceFacts(seen=seen))
    assert (first.state, second.state) == ("ok", "missing")
    assert "usb:B is in bootloader mode" in second.found
    assert judged_devices(DeviceFacts())[0].found == "no wallet is connected"
    assert [line.found for line in judged_devices(DeviceFacts(), ("udp:127.0.0.1:54935",))] == ["udp:127.0.0.1:54935"]
    assert "libusb" in judged_devices(DeviceFacts(library="libusb"))[0].found


def test_a_check_may_find_several_things(capsys: pytest.CaptureFixture[str]) -> None:
    found = [ok("one"), missing("two", "mend it", needed=True)]
    assert doctor.examine([Check("device", lambda: found)], Output(as_json=True)) == 1
    lines = printed(capsys)
    assert [(line["name"], line["found"]) for line in lines[:-1]] == [("device", "one"), ("device", "two")]
    assert lines[-1]["needed_and_missing"] == ["device"]


def test_the_wallet_of_the_journal_is_the_one_that_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = parts.at(TransferState.PROVED)
    monkeypatch.setattr(doctor_wallet, "read_journal", lambda folder, world: JournalPicture({proved.id: proved}, {}))
    args = argparse.Namespace(practice=False, profile="default", data_dir=str(tmp_path))
    wish = doctor_wallet.wallet_wish(args)
    assert wish == Wish((parts.FINGERPRINT,))  # Bitcoin asks nothing of the firmware
    other = SeenDevice("usb:A", "OneKey Pro", "53c1", answer="ready", model="Pro", fingerprint="aaaaaaaa")
    (line,) = judged_devices(DeviceFacts(opened_by={"53c0": "r", "53c1": "r"}, seen=(other,)), wish=wish)
    assert (line.state, line.needed) == ("missing", False)
    assert f"opens wallet aaaaaaaa where {parts.FINGERPRINT} is expected" in line.found
    args.practice = True
    assert doctor_wallet.wallet_wish(args) == Wish()  # its wallet is none that a cable holds


def test_a_journal_that_cannot_be_read_expects_no_wallet(tmp_path: Path) -> None:
    folder = profile_folder("live", data_dir=str(tmp_path))
    (folder / JOURNAL_FILE).write_bytes(b"no journal at all")
    args = argparse.Namespace(practice=False, profile="default", data_dir=str(tmp_path))
    assert doctor_wallet.wallet_wish(args) == Wish()
