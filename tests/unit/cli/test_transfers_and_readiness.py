"""`seawall transfers` and `seawall readiness` over real journals; they only read."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import command_line
from desktop.storage import transfer_journal
from desktop.storage.profile import profile_folder
from desktop.storage.transfer_journal import JOURNAL_FILE, open_journal
from tests.fakes.outside_world import Outside
from tests.fakes.transfer_walk import TransferScene

Capture = pytest.CaptureFixture[str]


def no_window(args: object) -> int:
    raise AssertionError("a window was asked for")


def walk(data: Path, to: str = "verified", world: str = "practice") -> str:
    """Walk a transfer over a real journal and return its id."""

    async def run() -> str:
        journal = await open_journal(profile_folder(world, data_dir=str(data)) / JOURNAL_FILE, world)
        outside = Outside(now_ms=time.time_ns() // 1_000_000)
        async with TransferScene(journal=journal, outside=outside) as stage:
            await (stage.walk_to_verified() if to == "verified" else stage.walk_to(to))
            return stage.id

    return asyncio.run(run())


def asked(capsys: Capture, data: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = command_line.run([*words, "--json", "--data-dir", str(data)], no_window)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_no_journal_is_an_empty_list_and_makes_no_file(capsys: Capture, tmp_path: Path) -> None:
    assert asked(capsys, tmp_path, "transfers", "list", "--practice") == (0, [])
    assert list(tmp_path.rglob(JOURNAL_FILE)) == []


def test_looking_makes_no_folder_and_changes_no_permission(capsys: Capture, tmp_path: Path) -> None:
    assert asked(capsys, tmp_path / "absent", "transfers", "list") == (0, [])
    assert asked(capsys, tmp_path / "absent", "readiness")[0] == 1
    assert not (tmp_path / "absent").exists()
    walk(tmp_path, "route")
    profile = profile_folder("practice", data_dir=str(tmp_path))
    profile.chmod(0o500)
    assert asked(capsys, tmp_path, "transfers", "list", "--practice")[0] == 0
    assert profile.stat().st_mode & 0o777 == 0o500
    profile.chmod(0o700)


def test_a_folder_that_takes_no_file_beside_the_journal_is_read_all_the_same(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = walk(tmp_path)

    def unable(path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(transfer_journal, "_to_look_at", unable)
    code, [listed] = asked(capsys, tmp_path, "transfers", "list", "--practice")
    assert (code, listed["id"], listed["state"]) == (0, key, "verified")


def test_list_and_show_tell_the_journal(capsys: Capture, tmp_path: Path) -> None:
    key = walk(tmp_path)
    code, [listed] = asked(capsys, tmp_path, "transfers", "list", "--practice")
    assert code == 0
    assert (listed["kind"], listed["id"], listed["state"], listed["page"]) == ("transfer", key, "verified", "done")
    assert (listed["amount"], listed["received"], listed["confirmations"]) == ("0.0011", "0.001", 3)
    code, [shown, *events] = asked(capsys, tmp_path, "transfers", "show", key[:8], "--practice")
    assert code == 0
    assert shown["destination"]["address"] == listed["address"]
    assert [event["event"] for event in events][:3] == ["drafted", "amount_set", "what_agreed"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["kind"] == "event" for event in events)


def test_show_for_people_is_the_evidence_text(capsys: Capture, tmp_path: Path) -> None:
    key = walk(tmp_path, "send")
    code = command_line.run(["transfers", "show", key, "--practice", "--data-dir", str(tmp_path)], no_window)
    printed = capsys.readouterr().out
    assert code == 0
    assert f"transfer {key}" in printed
    assert "control_proved" in printed


@pytest.mark.parametrize("words", [("transfers", "show", "nowhere"), ("transfers", "show", "")])
def test_an_id_that_is_not_there_is_bad_input(capsys: Capture, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, lines = asked(capsys, tmp_path, *words)
    assert (code, lines[-1]["kind"], lines[-1]["code"]) == (3, "error", 3)


def test_worlds_do_not_see_each_others_transfers(capsys: Capture, tmp_path: Path) -> None:
    walk(tmp_path)
    assert asked(capsys, tmp_path, "transfers", "list") == (0, [])


def test_a_damaged_journal_is_bad_input_that_names_the_file(capsys: Capture, tmp_path: Path) -> None:
    walk(tmp_path, "route")
    [path] = tmp_path.rglob(JOURNAL_FILE)
    path.write_bytes(path.read_bytes()[:4000])
    code, lines = asked(capsys, tmp_path, "transfers", "list", "--practice")
    assert code == 3
    assert str(path) in lines[-1]["message"]
    assert asked(capsys, tmp_path, "readiness", "--practice")[0] == 3


def test_readiness_is_negative_before_and_positive_after_a_verified_walk(capsys: Capture, tmp_path: Path) -> None:
    code, rows = asked(capsys, tmp_path, "readiness", "--practice")
    assert code == 1
    assert [(row["kind"], row["coin"], row["ready"]) for row in rows] == [
        ("readiness", coin, False) for coin in ("BTC", "ETH", "USDT", "USDC", "USDT", "SOL", "USDC") for _ in range(2)
    ]
    walk(tmp_path)
    code, rows = asked(capsys, tmp_path, "readiness", "--practice")
    assert code == 0
    assert [(row["venue"], row["coin"]) for row in rows if row["ready"]] == [("binance", "BTC")]
    assert len(rows[0]["lights"]) == 6


def test_a_practice_walk_is_the_rehearsal_of_the_live_world(capsys: Capture, tmp_path: Path) -> None:
    walk(tmp_path)
    code, rows = asked(capsys, tmp_path, "readiness")
    assert code == 1
    assert [light["state"] for light in rows[0]["lights"]] == ["no", "no", "no", "no", "not_needed", "yes"]
