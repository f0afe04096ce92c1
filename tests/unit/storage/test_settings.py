"""Settings: kept whole, mended by hand, never lost."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from desktop.domain.errors import BadInput
from desktop.storage.settings import FILE_NAME, Settings, load_settings, save_settings

_CHOSEN = Settings(
    theme="dark",
    coins=("BTC", "PEPE"),
    clock="utc",
    desktop_notifications=False,
    proxy="socks5://127.0.0.1:1080",
    hosts={"bybit": {"rest": "https://api.bybit.eu"}},
    offline=True,
    eth_node="http://127.0.0.1:8545",
    record_always=True,
    recordings_budget_mb=500,
)


def test_without_a_file_the_defaults_hold_and_none_is_made(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    assert list(tmp_path.iterdir()) == []


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save_settings(tmp_path, _CHOSEN)
    assert load_settings(tmp_path) == _CHOSEN
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_part_is_enough_and_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"clock": "utc"}', encoding="utf-8-sig")
    assert load_settings(tmp_path) == Settings(clock="utc")


def test_keys_of_another_version_survive_a_rewrite(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps({"later": {"deep": [1, None, "ü"]}, "theme": "light", "scale": 1.5}))
    save_settings(tmp_path, _CHOSEN)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["later"] == {"deep": [1, None, "ü"]}
    assert kept["scale"] == 1.5
    assert kept["theme"] == "dark"


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        (b'{\n  "theme": "dark",\n  "coins": ["BTC"\n}\n', 4, "JSON"),
        (b'{\n  "theme": "purple"\n}', 2, "purple"),
        (b'{\n  "theme": "dark",\n\n  "coins": []}', 4, "coins"),
        (b'{\n  "coins": ["btc\\n"]}', 2, "coins"),
        (b'{\n  "desktop_notifications": 1\n}', 2, "bool"),
        (b'{\n  "recordings_budget_mb": 5\n}', 2, "100"),
        (b'{\n  "proxy": "http://name:secret@10.0.0.1:3128"}', 2, "proxy"),
        (b'{\n  "proxy": "ftp://10.0.0.1:3128"}', 2, "proxy"),
        (b'{\n  "proxy": "http://10.0.0.1"}', 2, "proxy"),
        (b'{\n  "hosts": {"bybit": {"rest": "http://api.bybit.eu"}}}', 2, "hosts"),
        (b'{\n  "hosts": {"bybit": {"rest": "https://api.bybit.eu/v5"}}}', 2, "hosts"),
        (b'{\n  "eth_node": "ws://10.0.0.1"}', 2, "eth_node"),
        (b'{\n\n  "clock": "\xff"\n}', 3, "UTF-8"),
        (b"[1, 2]", 1, "object"),
        (b"", 1, "JSON"),
        (b"[" * 100_000, 1, "JSON"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_left_as_it_is(
    tmp_path: Path, content: bytes, line: int, word: str
) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    for attempt in (lambda: load_settings(tmp_path), lambda: save_settings(tmp_path, _CHOSEN)):
        with pytest.raises(BadInput, match=word) as caught:
            attempt()
        assert caught.value.where == f"{path} line {line}"
        assert caught.value.remedy
        assert path.read_bytes() == content


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(BadInput, match="bytes"):
        load_settings(tmp_path)


def test_what_could_not_be_loaded_again_is_not_saved(tmp_path: Path) -> None:
    save_settings(tmp_path, _CHOSEN)
    with pytest.raises(BadInput, match="coins"):
        save_settings(tmp_path, msgspec.structs.replace(_CHOSEN, coins=()))
    assert load_settings(tmp_path) == _CHOSEN


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(tmp_path, _CHOSEN)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        save_settings(tmp_path, Settings())
    assert load_settings(tmp_path) == _CHOSEN
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_file_kept_elsewhere_stays_linked(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("{}")
    (tmp_path / FILE_NAME).symlink_to(elsewhere)
    save_settings(tmp_path, _CHOSEN)
    assert (tmp_path / FILE_NAME).is_symlink()
    assert json.loads(elsewhere.read_text())["theme"] == "dark"
