"""What a tile says in each state, and when it paints."""

from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.ui.shapes import Shape
from desktop.ui.tile_facts import TileFacts, tiles
from desktop.ui.tiles import TileGrid
from tests.fakes import desk, whole_desk


def fact(name: str, view: DeskView | None = None, **readings: Reading) -> TileFacts:
    """Return the facts of one tile of BTC, with some readings exchanged."""
    view = view or desk.storm()
    coin = view.coins[0]
    coin = msgspec.structs.replace(coin, readings={**coin.readings, **readings})
    return next(tile for tile in tiles(view, coin) if tile.id == name)


def test_a_live_floor_shows_mark_number_and_level() -> None:
    tile = fact("LIQ_VOL_LONG_1H")
    assert (tile.floor, tile.value, tile.shape) == (True, "$35.3M", Shape.WARNING)
    assert "24 h ≥ $61.8M" in tile.caption
    assert "≥$35.3M" in tile.spoken


def test_a_stale_number_keeps_its_value_and_tells_its_age() -> None:
    tile = fact("FUND_OIW")
    assert (tile.state, tile.value, tile.unit, tile.age) == (State.STALE, "+0.0031", "% per 8 h", "2 min")


def test_a_warming_tile_says_how_long_still_and_shows_no_number() -> None:
    tile = fact("OI_CHG_4H", OI_CHG_4H=desk.warming("5 h 30 min left", 0.77))
    assert (tile.shape, tile.value, tile.words) == (Shape.WARMING, "", "Warming · 5 h 30 min left")
    assert tile.warm == pytest.approx(0.77)


@pytest.mark.parametrize("name", list(desk.storm_readings()))
def test_an_unknown_reading_is_never_shown_as_a_number(name: str) -> None:
    shown = [t for t in tiles(desk.storm(), _coin_without(name)) if t.id == name]
    for tile in shown:
        assert (tile.value, tile.words, tile.shape) == ("", "Unknown", Shape.UNKNOWN)
        assert "feed down" in tile.caption
        assert not any(sign.isdigit() for sign in tile.words)
        assert tile.spark == ()


def _coin_without(name: str) -> CoinView:
    coin = desk.storm().coins[0]
    return msgspec.structs.replace(coin, readings={**coin.readings, name: unknown("feed down")})


def test_a_reading_that_was_never_made_is_unknown_as_well() -> None:
    coin = msgspec.structs.replace(desk.storm().coins[0], readings={})
    for tile in tiles(desk.storm(), coin):
        assert (tile.state, tile.value) == (State.UNKNOWN, "")


def test_a_value_that_lies_in_an_unknown_reading_is_not_shown() -> None:
    tile = fact("LIQ_IMB_1H", LIQ_IMB_1H=Reading(0.0, State.UNKNOWN, 0, reason="feed down"))
    assert (tile.value, tile.words) == ("", "Unknown")


def test_a_broken_low_says_so() -> None:
    tile = fact("LEVEL_7D", LEVEL_7D=desk.live(-0.02, level=Level.WARNING))
    assert (tile.value, tile.unit) == ("−2.00 %", "broken")


def test_the_composite_says_its_families_and_that_it_is_degraded() -> None:
    whole = whole_desk.storm_composite()
    view = whole_desk.storm()
    coin = msgspec.structs.replace(view.coins[0], composite=msgspec.structs.replace(whole, status="degraded"))
    tile = tiles(view, coin)[0]
    assert (tile.value, tile.unit, tile.shape) == ("83", "of 100", Shape.WARNING)
    assert tile.caption == "FLOW + LEVEL · degraded: no critical"
    assert "LIQUIDITY: unknown" in tile.tip


def test_a_composite_without_a_score_is_unknown_and_not_zero() -> None:
    view = whole_desk.storm()
    whole = msgspec.structs.replace(whole_desk.storm_composite(), score=None, status="unknown")
    tile = tiles(view, msgspec.structs.replace(view.coins[0], composite=whole))[0]
    assert (tile.value, tile.words, tile.state) == ("", "Unknown", State.UNKNOWN)


def test_my_tile_tells_distance_and_the_wick_verdict_and_hides_on_request() -> None:
    view = whole_desk.storm()
    assert (tiles(view, view.coins[0])[-1].value, tiles(view, view.coins[0])[-1].caption) == (
        "11.8 %",
        "10 % wick: NO",
    )
    assert tiles(view, view.coins[0], hides_amounts=True)[-1].value == "•••"


def test_without_positions_my_tile_is_unknown_and_says_how_to_know() -> None:
    tile = tiles(desk.storm(), desk.storm().coins[0])[-1]
    assert (tile.value, tile.state) == ("", State.UNKNOWN)
    assert "by hand" in tile.caption


def test_breadth_comes_from_the_market_not_from_the_coin() -> None:
    view = whole_desk.storm()
    tile = next(t for t in tiles(view, view.coins[0]) if t.id == "BREADTH_F5_1H")
    assert (tile.value, tile.unit, tile.shape) == ("27 %", "of coins", Shape.WARNING)


def test_hover_tells_definition_window_levels_and_full_value() -> None:
    words = fact("LIQ_VOL_LONG_1H").tip
    for part in ("closed by force", "Window: 60 min", "99.2 pct", "≥ $35,312,204", "Levels: notable 95 pct"):
        assert part in words


def test_a_tile_paints_only_when_its_facts_changed(qtbot: QtBot) -> None:
    grid = TileGrid()
    qtbot.addWidget(grid)
    grid.resize(1400, 140)
    grid.show()
    view = desk.storm()
    grid.show_coin(view, view.coins[0])
    qtbot.waitUntil(lambda: all(tile.paints for tile in grid.tiles))
    before = [tile.paints for tile in grid.tiles]
    grid.show_coin(view, view.coins[0])
    changed = msgspec.structs.replace(view.coins[0], readings={**desk.storm_readings(), "LIQ_IMB_1H": desk.live(0.5)})
    grid.show_coin(view, changed)
    place = grid.tiles.index(grid.tile("LIQ_IMB_1H"))
    qtbot.waitUntil(lambda: grid.tiles[place].paints > before[place])
    assert [t.paints for i, t in enumerate(grid.tiles) if i != place] == [
        n for i, n in enumerate(before) if i != place
    ]


def test_every_tile_has_a_name_and_a_description(qtbot: QtBot) -> None:
    grid = TileGrid()
    qtbot.addWidget(grid)
    view = desk.storm()
    grid.show_coin(view, view.coins[0])
    assert all(tile.accessibleName() and tile.accessibleDescription() for tile in grid.tiles)
    assert "warning" in grid.tile("LIQ_IMB_1H").accessibleDescription()
