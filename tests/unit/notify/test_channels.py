"""Channels against real servers on loopback: what is sent, what counts as proof, what is never told."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from desktop.alerts.channel_words import OWN_HIDDEN, ChannelMessage, message_of
from desktop.alerts.incidents import Factor
from desktop.domain.errors import NetworkTrouble
from desktop.engine.alerting.channel_plan import CommandPlan, EmailPlan, NtfyPlan, PingPlan, TelegramPlan, WebhookPlan
from desktop.notify.local_command import CommandChannel, CommandFailed
from desktop.notify.mail import MailChannel
from desktop.notify.outside_door import OutsideDoor
from desktop.notify.phone_push import NtfyChannel, TelegramChannel
from desktop.notify.webhook import SIGNATURE_HEADER, DeadManPing, WebhookChannel, signature
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, HttpServer, json_answer, text_answer
from tests.fakes.desk import cascade
from tests.fakes.mail_server import MailServer, certificate
from tests.fakes.manual_clock import ManualClock

MESSAGE = message_of(cascade(), "opened", sizes_allowed=False)


class Outside:
    """A host outside: keeps the requests and answers as the test says."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.requests: list[HttpRequest] = []
        self.answer = answer
        self.server = HttpServer(self._take)

    def _take(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        return self.answer


def with_outside(answer: HttpAnswer, scene: Callable[[Outside], Awaitable[None]]) -> None:
    """Run a scene beside a server on loopback."""

    async def whole() -> None:
        outside = Outside(answer)
        await outside.server.start()
        try:
            async with asyncio.timeout(15):
                await scene(outside)
        finally:
            await outside.server.close()

    asyncio.run(whole())


def test_ntfy_gets_title_body_and_priority_and_its_id_is_the_proof() -> None:
    async def scene(outside: Outside) -> None:
        channel = NtfyChannel(NtfyPlan("abc", server=outside.server.url), "tk_1", OutsideDoor())
        assert await channel.send(MESSAGE) == "answered 200: id m7"
        sent = json.loads(outside.requests[0].body)
        assert (sent["topic"], sent["title"], sent["priority"]) == ("abc", MESSAGE.title, 4)
        assert outside.requests[0].headers["authorization"] == "Bearer tk_1"
        await channel.close()

    with_outside(json_answer({"id": "m7"}), scene)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (text_answer("no", 403), "answered 403"),
        (text_answer("<html>", 200), "something else than documented"),
        (json_answer({"error": 1}), "without 'id'"),
        (text_answer("", 302), "answered 302"),
    ],
)
def test_an_answer_that_is_no_proof_is_trouble(answer: HttpAnswer, words: str) -> None:
    async def scene(outside: Outside) -> None:
        channel = NtfyChannel(NtfyPlan("abc", server=outside.server.url), None, OutsideDoor())
        with pytest.raises(NetworkTrouble, match=words):
            await channel.send(MESSAGE)
        await channel.close()

    with_outside(answer, scene)


def test_telegram_never_tells_the_token_in_an_error() -> None:
    async def scene(outside: Outside) -> None:
        plan = TelegramPlan("42", server=outside.server.url)
        channel = TelegramChannel(plan, "123:secret", OutsideDoor())
        with pytest.raises(NetworkTrouble) as caught:
            await channel.send(MESSAGE)
        assert "secret" not in caught.value.message + caught.value.remedy
        assert outside.requests[0].path == "/bot123:secret/sendMessage"
        outside.answer = json_answer({"ok": True, "result": {"message_id": 9}})
        assert await channel.send(MESSAGE) == "answered 200: message 9"
        await channel.close()

    with_outside(json_answer({"ok": False}, 401), scene)


def test_a_webhook_is_signed_over_time_and_body() -> None:
    async def scene(outside: Outside) -> None:
        clock = ManualClock()
        channel = WebhookChannel(WebhookPlan(f"{outside.server.url}/hook"), "s3cret", OutsideDoor(), clock)
        assert await channel.send(MESSAGE) == "answered 200"
        request = outside.requests[0]
        assert request.headers[SIGNATURE_HEADER] == signature("s3cret", clock.now_ms(), request.body)
        assert signature("other", clock.now_ms(), request.body) != request.headers[SIGNATURE_HEADER]
        assert json.loads(request.body)["level"] == "warning"
        await channel.close()

    with_outside(text_answer("ok"), scene)


def test_the_dead_man_hears_nothing_while_no_feed_is_heard() -> None:
    async def scene(outside: Outside) -> None:
        clock, watches = ManualClock(), [False]
        ping = DeadManPing(
            PingPlan(f"{outside.server.url}/p", every_minutes=5), OutsideDoor(), clock, lambda: watches[0]
        )
        task = asyncio.create_task(ping.run())
        await clock.tick(2, 300.0)
        await clock.next_sleep(300.0)
        assert outside.requests == []
        watches[0] = True
        await clock.advance(300.0)
        await clock.next_sleep(300.0)
        assert [request.path for request in outside.requests] == ["/p"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await ping.close()

    with_outside(text_answer("ok"), scene)


def test_mail_goes_over_tls_and_the_servers_word_is_the_proof(tmp_path: Path) -> None:
    async def scene() -> None:
        chain, key = certificate(tmp_path)
        server = MailServer(chain, key, "me", "pw")
        await server.start()
        context = ssl.create_default_context(cafile=str(chain))
        plan = EmailPlan("localhost", "me@example.org", "me@example.org", user="me", port=server.port)
        try:
            async with asyncio.timeout(15):
                assert await MailChannel(plan, "pw", context).send(MESSAGE) == "accepted: queued as 1"
                assert f"Subject: Seawall: {MESSAGE.title}" in server.mails[0]
                with pytest.raises(NetworkTrouble, match="refuses name or password"):
                    await MailChannel(plan, "wrong", context).send(MESSAGE)
                with pytest.raises(NetworkTrouble, match="cannot be reached"):
                    await MailChannel(plan, "pw").send(MESSAGE)  # this certificate is known to nobody
        finally:
            await server.close()

    asyncio.run(scene())


def _python(code: str, **plan: float) -> CommandChannel:
    return CommandChannel(CommandPlan((sys.executable, "-c", code), on=True, **plan))


def test_a_command_gets_json_on_standard_input_and_no_shell(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    code = f"import sys, pathlib; pathlib.Path({str(out)!r}).write_text(sys.stdin.read() + '|' + sys.argv[1])"
    plan = CommandPlan((sys.executable, "-c", code, "$(touch x); *"), on=True)
    assert asyncio.run(CommandChannel(plan).send(MESSAGE)) == "ended with 0"
    text, _, argument = out.read_text().partition("|")
    assert json.loads(text)["incident"] == MESSAGE.incident_id
    assert argument == "$(touch x); *"


def test_a_command_that_hangs_is_ended_with_what_it_started() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with pytest.raises(CommandFailed, match=r"longer than 0\.5 s"):
        asyncio.run(_python(code, timeout_s=0.5).send(MESSAGE))


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (_python("import sys; sys.stderr.write('broken'); sys.exit(3)"), "ended with 3: broken"),
        (CommandChannel(CommandPlan(("/no/such/program",), on=True)), "cannot be run"),
    ],
)
def test_a_command_that_fails_says_how(channel: CommandChannel, words: str) -> None:
    with pytest.raises(CommandFailed, match=words):
        asyncio.run(channel.send(MESSAGE))


def _own() -> tuple[Factor, ...]:
    return (Factor("ME_IDLE_USD", 48_195.0, 1_000.0, 0.6, "USD"), Factor("LIQ_INT_1H", 0.004, 0.0033, 0.4))


@pytest.mark.parametrize("allowed", [False, True])
def test_own_amounts_leave_the_house_only_when_allowed(allowed: bool) -> None:
    message: ChannelMessage = message_of(cascade(factors=_own()), "opened", sizes_allowed=allowed)
    told = msgspec.json.encode(message).decode()
    assert ("48195" in told or "48.2K" in told) is allowed
    assert (OWN_HIDDEN in message.body) is not allowed
