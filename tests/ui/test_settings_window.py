"""Where alerts go: what is typed becomes plans, secrets stay apart, and trouble is named by field."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.engine.alerting.channel_plan import (
    ChannelPlans,
    CommandPlan,
    EmailPlan,
    NtfyPlan,
    PingPlan,
    TelegramPlan,
    WayOutView,
)
from desktop.engine.commands import KeepChannels, TryChannel
from desktop.ui.settings.channel_form import SHAPES
from desktop.ui.settings.settings_window import SettingsWindow
from tests.fakes import desk, whole_desk

PLANS = ChannelPlans(
    ntfy=NtfyPlan("topic-1", least="critical"),
    email=EmailPlan("mail.example.org", "me@example.org", "me@example.org", security="starttls", port=587),
    command=CommandPlan(("/bin/alarm", "two words"), on=True),
    ping=PingPlan("https://example.org/p", every_minutes=9),
)


def opened(qtbot: QtBot, plans: ChannelPlans, *ways: WayOutView) -> tuple[SettingsWindow, desk.FakeEngineDoor]:
    """Return the window over these plans, and its door."""
    door = desk.FakeEngineDoor()
    window = SettingsWindow(door)
    qtbot.addWidget(window)
    window.show_view(whole_desk.storm(plans=plans, ways_out=ways))
    return window, door


def press(qtbot: QtBot, window: SettingsWindow) -> None:
    """Press Save."""
    qtbot.mouseClick(window.save, Qt.MouseButton.LeftButton)


def test_what_was_set_up_comes_back_unchanged(qtbot: QtBot) -> None:
    window, door = opened(qtbot, PLANS)
    press(qtbot, window)
    assert door.commands == [KeepChannels(PLANS, {})]


def test_a_secret_is_not_said_to_be_kept_where_nothing_was_set_up(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, PLANS)
    assert "as kept" in window.forms["email"].secret.placeholderText()
    assert window.forms["webhook"].secret.placeholderText() == "goes into the keychain"


def test_a_typed_secret_goes_along_once_and_leaves_the_field(qtbot: QtBot) -> None:
    window, door = opened(qtbot, ChannelPlans(telegram=TelegramPlan("42")))
    secret = window.forms["telegram"].secret
    assert secret.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(secret, "123:abc")
    press(qtbot, window)
    press(qtbot, window)
    assert [command.secrets for command in door.commands if isinstance(command, KeepChannels)] == [
        {"telegram": "123:abc"},
        {},
    ]


@pytest.mark.parametrize(
    ("channel", "field", "text", "words"),
    [
        ("ntfy", "topic", "not a topic!", "ntfy: Topic is missing or cannot be used"),
        ("email", "port", "99999", "E-mail: Port is missing or cannot be used"),
        ("webhook", "url", "ftp://x", "Webhook: Address is missing or cannot be used"),
        ("command", "arguments", "say 'open", "Command: the arguments cannot be split"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_and_nothing_is_kept(
    qtbot: QtBot, channel: str, field: str, text: str, words: str
) -> None:
    window, door = opened(qtbot, PLANS)
    made = window.forms[channel].fields[field]
    assert isinstance(made, QLineEdit)
    made.setText(text)
    press(qtbot, window)
    assert words in window.verdict.text()
    assert door.commands == []


def test_a_test_is_sent_only_over_what_is_set_up(qtbot: QtBot) -> None:
    window, door = opened(qtbot, PLANS)
    qtbot.mouseClick(window.forms["ntfy"].test, Qt.MouseButton.LeftButton)
    assert not window.forms["telegram"].test.isEnabled()
    assert door.commands == [TryChannel("ntfy")]


def test_proof_and_trouble_of_a_channel_are_told(qtbot: QtBot) -> None:
    window, _ = opened(
        qtbot,
        PLANS,
        WayOutView("ntfy", "works", desk.NOW_MS, "answered 200: id m7"),
        WayOutView("email", "failed", desk.NOW_MS, trouble="refuses name or password", remedy="Enter it again."),
    )
    assert "delivered 15:12: answered 200: id m7" in window.forms["ntfy"].state.words()
    assert "failed 15:12: refuses name or password" in window.forms["email"].state.words()
    assert "Enter it again." in window.forms["email"].state.toolTip()
    assert window.forms["webhook"].state.words() == "not set up"


def test_what_is_being_typed_is_not_overwritten_by_the_next_view(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, PLANS)
    topic = window.forms["ntfy"].fields["topic"]
    assert isinstance(topic, QLineEdit)
    topic.setText("other")
    window.show_view(whole_desk.storm(plans=PLANS))
    assert topic.text() == "other"


def test_every_field_has_a_name_for_assistive_technology(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, ChannelPlans())
    for shape in SHAPES:
        form = window.forms[shape.name]
        assert all(made.accessibleName() for made in form.fields.values() if isinstance(made, QLineEdit | QComboBox))
        assert form.on.accessibleName()
