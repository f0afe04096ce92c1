"""The window with everything filled in: composite, reasons, exposure, context, model, feeds in full."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.alerts.incidents import Factor
from desktop.engine.desk_view import DeskView
from desktop.risk.reading import Level, State
from desktop.ui import context_strip
from desktop.ui.charts.scale import Scale
from desktop.ui.charts.untested_profile import ROW_PX, most_per_tenth, profile_tip, rows_of
from desktop.ui.feed_health import FeedHealth, completeness_words, facts_of
from desktop.ui.indicator_sheet import IndicatorTable
from desktop.ui.main_window import MainWindow
from tests.fakes import desk, whole_desk


def opened(qtbot: QtBot, view: DeskView, size: tuple[int, int] = (1440, 900)) -> MainWindow:
    """Return a visible window that shows this view."""
    window = MainWindow(desk.FakeEngineDoor(view))
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.show_lines(view)
    window.show_words(view)
    return window


def test_the_header_says_score_reasons_fuel_and_my_verdict(qtbot: QtBot) -> None:
    header = opened(qtbot, whole_desk.storm()).header
    assert header.level.accessibleName().startswith("Warning 83 of 100. Long cascade, BTC.")
    assert "leaves below 82" in header.level.accessibleName()
    assert "≥ 0.41 % of OI 99.2 pct" in header.started.words()
    assert header.fuel.words().startswith("Fuel 62")
    assert "Hyperliquid down 2 min" in header.fuel.words()
    for part in ("ETH liquidation 11.8 % away", "10 % wick: NO", "Idle on Bybit ≥ $48.2K"):
        assert part in header.survive.words()


def test_a_composite_above_the_incidents_sets_the_level(qtbot: QtBot) -> None:
    view = whole_desk.storm(level=Level.NOTABLE)
    assert opened(qtbot, view).header.level.facts.level is Level.WARNING


def test_exposure_rows_name_what_fails_and_hide_on_request(qtbot: QtBot) -> None:
    window = opened(qtbot, whole_desk.storm(), (1440, 1200))
    panel = window.exposure
    assert panel.rows[0].accessibleName() == (
        "Bybit · ETH perp long 38.00 $93.2K. fails liq. price 2,163 · 11.8 % away · 7.9 ×"
    )
    assert "ours 2,171" in panel.rows[0].toolTip()
    assert panel.rows[5].accessibleName() == "Hyperliquid · USDC — unknown"
    window.hide_amounts(True)
    assert "38.00" not in panel.rows[0].accessibleName()
    assert "34.4" not in panel.advice.text()


def test_without_anything_of_mine_the_panel_asks_for_it(qtbot: QtBot) -> None:
    window = opened(qtbot, desk.storm())
    assert not window.exposure.has_rows
    assert "Nothing is known" in window.exposure.advice.text()
    with qtbot.waitSignal(window.exposure.entry_wanted):
        qtbot.mouseClick(window.exposure.enter, Qt.MouseButton.LeftButton)


def test_context_tells_dates_ages_and_what_is_unknown(qtbot: QtBot) -> None:
    words = opened(qtbot, whole_desk.storm(), (1920, 1080)).context.left.words()
    for part in ("USDT −6.0 bp", "ETF 1 d −$1.10B Fri 30 Jan", "Gold Notable −13.2 %", "BTC fee unknown: no source"):
        assert part in words
    assert "no answer for 12 min" in context_strip.context_tip(whole_desk.storm())


def test_context_without_any_source_is_unknown(qtbot: QtBot) -> None:
    assert "unknown: no source" in opened(qtbot, desk.calm()).context.left.words()


def test_the_model_is_summed_by_rows_and_named_in_usd() -> None:
    view = whole_desk.untested()
    scale = Scale(0.0, 1.0, 80_000.0, 84_000.0, 800.0, 400.0)
    rows = rows_of(view, scale)
    middles = (view.edges[1:] + view.edges[:-1]) / 2
    seen = (middles > 80_000) & (middles <= 84_000)
    assert rows.sum() == pytest.approx((view.long_usd + view.short_usd)[seen].sum(), rel=1e-9)
    row_share = 4_000 / 400 * ROW_PX / 82_000
    assert most_per_tenth(rows, scale) == pytest.approx(rows.max() / row_share * 0.001)
    assert "14 swept, 9 missed, lift 2.4" in profile_tip(view)


def test_the_newest_bar_ends_where_the_model_begins(qtbot: QtBot) -> None:
    panes = opened(qtbot, whole_desk.storm()).chart.panes
    bars = panes.bars
    assert bars is not None
    scale = panes.price.scale()
    assert scale.x_of(bars.end_ms) < scale.width - 132
    assert panes.shared.untested is not None


def test_a_model_of_another_coin_is_not_drawn(qtbot: QtBot) -> None:
    view = whole_desk.storm(untested=whole_desk.untested("ETH", 2_452.0))
    assert opened(qtbot, view).chart.panes.shared.untested is None


def test_a_model_that_warms_up_draws_no_bars(qtbot: QtBot) -> None:
    warming = msgspec.structs.replace(whole_desk.untested(), state=State.WARMING, reason="needs 7 days")
    window = opened(qtbot, whole_desk.storm(untested=warming))
    assert window.chart.panes.grab().toImage() != opened(qtbot, whole_desk.storm()).chart.panes.grab().toImage()


def test_depth_and_slippage_stand_in_their_pane(qtbot: QtBot) -> None:
    panes = opened(qtbot, whole_desk.storm()).chart.panes
    words = " ".join(getattr(run, "text", "") for run in panes.depth.title(panes.bars))
    assert "slips" in words
    assert np.isnan(opened(qtbot, desk.storm()).chart.panes.bars.column("depth_usd")).all()  # type: ignore[union-attr]


def test_feeds_in_full_tell_completeness_channels_and_reasons(qtbot: QtBot) -> None:
    window = FeedHealth(desk.FakeEngineDoor())
    qtbot.addWidget(window)
    view = whole_desk.storm()
    window.show_view(view)
    assert len(window.cards) == 4
    assert "connection refused" in window.cards[3].channels[0].words()
    facts = dict(facts_of(view.feeds[0], view.now_ms))
    assert facts["Liquidations"] == completeness_words("sample")
    assert dict(facts_of(view.feeds[3], view.now_ms))["Late by, requests refused"] == "unknown, unknown"


def test_side_windows_open_once_and_follow_the_view(qtbot: QtBot) -> None:
    window = opened(qtbot, whole_desk.storm())
    window.side.open_feeds()
    window.side.open_feeds()
    window.side.open_indicators()
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, FeedHealth) and w.isVisible()]
    assert len(found) == 1
    window.show_words(whole_desk.storm(feeds=whole_desk.four_feeds()[:2]))
    assert [card.isHidden() for card in found[0].cards] == [False, False, True, True]


def test_the_table_of_indicators_never_shows_a_number_for_what_is_unknown(qtbot: QtBot) -> None:
    table = IndicatorTable()
    view = desk.blind()
    table.show_coin(view, view.coins[0])
    for row in range(table.rowCount()):
        words = table.data(table.index(row, 2))
        assert words in ("unknown", "warming")
    table.deleteLater()


def test_my_own_incident_is_listed_but_is_not_the_markets_level(qtbot: QtBot) -> None:
    mine = desk.cascade(
        id="wick-test-failed:1",
        rule="wick-test-failed",
        coin="",
        venue="bybit",
        level=Level.CRITICAL,
        factors=(Factor("ME_WICK_MARGIN", -0.1, 0.0, 1.0, "fraction"),),
    )
    window = opened(qtbot, desk.calm(incidents=(mine, desk.cascade(level=Level.NOTABLE))))
    assert "Long cascade" in window.header.level.facts.what or "Forced selling" in window.header.level.facts.what
    assert "Wick test failed, Bybit" in [row.accessibleName().split(", 1")[0] for row in window.incidents.rows]
