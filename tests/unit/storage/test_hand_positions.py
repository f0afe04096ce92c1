"""Hand entry on disk: exact, checked by field, and it survives damage."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from desktop.domain.errors import BadInput
from desktop.domain.position import Holding, Position
from desktop.storage.hand_positions import FILE_NAME, HandPositionFile


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let a test run in a loop of its own."""

    @functools.wraps(test)
    def run(**fixtures: object) -> None:
        async def all_of_it() -> None:
            await test(**fixtures)

        asyncio.run(all_of_it())

    return run


LONG = Position(
    "bybit", "ETHUSDT", "ETH", 1, Decimal("38.000"), Decimal("2452.10"), "isolated", "hand", 5, Decimal("7.9")
)
COINS = Holding("bybit", "BTC", Decimal("0.59150000"), False, "hand", 7)


@in_loop
async def test_what_was_entered_comes_back_to_the_digit(tmp_path: Path) -> None:
    kept = HandPositionFile(tmp_path)
    assert await kept.load() == ()
    await kept.keep_position(msgspec.structs.replace(LONG, source="key"))
    await kept.keep_holding(COINS)
    (account,) = await HandPositionFile(tmp_path).load()
    assert (account.venue, account.account, account.source, account.as_of_ms) == ("bybit", "by hand", "hand", 7)
    assert account.positions == (LONG,)
    assert str(account.positions[0].entry) == "2452.10"
    assert account.holdings == (COINS,)
    assert json.loads((tmp_path / FILE_NAME).read_text())["holdings"][0]["amount"] == "0.59150000"


@in_loop
async def test_the_same_again_replaces_and_dropping_forgets(tmp_path: Path) -> None:
    kept = HandPositionFile(tmp_path)
    await kept.keep_position(LONG)
    await kept.keep_position(msgspec.structs.replace(LONG, quantity=Decimal(10)))
    await kept.keep_position(msgspec.structs.replace(LONG, side=-1))
    await kept.keep_holding(COINS)
    (account,) = await kept.load()
    assert [(p.side, p.quantity) for p in account.positions] == [(1, 10), (-1, 38)]
    await kept.drop_position("bybit", "ETHUSDT", 1)
    await kept.drop_position("bybit", "ETHUSDT", -1)
    await kept.drop_holding("bybit", "BTC", False)
    assert await kept.load() == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": Decimal(0)}, "quantity"),
        ({"entry": Decimal("NaN")}, "entry"),
        ({"leverage": Decimal("0.5")}, "leverage"),
        ({"leverage": None}, "margin"),
        ({"coin": "eth"}, "coin"),
        ({"venue": "no such/venue"}, "venue"),
        ({"margin": Decimal(-1)}, "margin"),
        ({"side": 2}, "side"),
    ],
)
@in_loop
async def test_an_entry_that_cannot_be_names_its_field(tmp_path: Path, change: dict[str, object], field: str) -> None:
    kept = HandPositionFile(tmp_path)
    with pytest.raises(BadInput) as caught:
        await kept.keep_position(msgspec.structs.replace(LONG, **change))
    assert caught.value.where == field
    assert not (tmp_path / FILE_NAME).exists()


@in_loop
async def test_a_holding_cannot_lock_more_than_it_is(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="locked"):
        await HandPositionFile(tmp_path).keep_holding(msgspec.structs.replace(COINS, locked=Decimal(1)))


@in_loop
async def test_one_damaged_entry_is_named_and_the_others_count(tmp_path: Path) -> None:
    kept = HandPositionFile(tmp_path)
    await kept.keep_position(LONG)
    await kept.keep_holding(COINS)
    path = tmp_path / FILE_NAME
    raw = json.loads(path.read_text())
    raw["positions"].append({**raw["positions"][0], "quantity": "many"})
    path.write_text(json.dumps(raw))
    (account,) = await kept.load()
    assert (len(account.positions), len(account.holdings)) == (1, 1)
    assert "position 2" in kept.trouble()
    damaged = path.read_bytes()
    await kept.drop_holding("bybit", "BTC", False)
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == damaged
    assert kept.trouble() == ""


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\x00", b'{"positions": 5}', b"[" * 100_000])
@in_loop
async def test_a_file_that_is_none_is_told_and_kept_aside(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    kept = HandPositionFile(tmp_path)
    assert await kept.load() == ()
    assert FILE_NAME in kept.trouble()
    await kept.keep_position(LONG)
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == damage
    (account,) = await kept.load()
    assert account.positions == (LONG,)


@in_loop
async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        await HandPositionFile(tmp_path / "absent").keep_position(LONG)
