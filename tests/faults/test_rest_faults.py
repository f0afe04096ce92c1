"""Answers that are none: each is a gap of its own channel with its reason, and ends when the host answers again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from desktop.domain.market import ContextPoint, FeedStatus
from desktop.venues.context.feed import ContextKeys, context_feed
from desktop.venues.context.sources import KEYED, KEYLESS, ContextSource
from desktop.venues.host_rules import COINGLASS
from desktop.venues.outbound import Outbound
from desktop.venues.rest_line import trusted
from tests.fakes.manual_clock import ManualClock
from tests.faults.bad_venue import CERTIFICATE, BadVenue, Part, Talk
from tests.faults.bench import Bench, following, play
from tests.faults.test_socket_faults import Names

VIX = KEYLESS["cboe"].questions[0]
FLOWS = KEYED["coinglass"].questions[0]
CSV = b"DATE,OPEN,HIGH,LOW,CLOSE\n01/30/2026,17.4,22.0,17.0,21.7\n"
FLOW = b'{"code":"0","data":[{"timestamp":1769731200000,"flow_usd":-509700000}]}'


def answers(status: str, body: bytes = b"", *headers: str) -> Part:
    async def part(talk: Talk) -> None:
        await talk.answer(status, body, *headers)

    return part


async def drips(talk: Talk) -> None:
    await talk.head()
    await talk.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nD")
    await talk.say_nothing()


async def never_answers(talk: Talk) -> None:
    await talk.head()
    await talk.say_nothing()


async def hangs_up(talk: Talk) -> None:
    await talk.head()


def source(base_url: str, *, flows: bool = False) -> ContextSource:
    if flows:
        return ContextSource(base_url, (FLOWS,), 600, COINGLASS, "CG-API-KEY")
    return ContextSource(base_url, (VIX,), 600, KEYLESS["cboe"].rules)


async def follow(base_url: str, scene: Callable[[Bench], Awaitable[None]], *, flows: bool = False) -> None:
    clock = ManualClock()
    name = "coinglass" if flows else "cboe"
    feed = context_feed({name: source(base_url, flows=flows)}, Outbound(clock), keys=ContextKeys(coinglass="a-key"))
    async with following(feed, clock) as bench:
        await scene(bench)


def told(bench: Bench) -> bool:
    return any(isinstance(one, ContextPoint) for one in bench.heard)


@pytest.mark.parametrize(
    ("part", "flows", "reason"),
    [
        (
            answers("200 OK", b"<!DOCTYPE html><title>Prove it</title>"),
            False,
            "a web page instead of data",
        ),
        (answers("200 OK", b'{"code":"401","msg":"Upgrade plan"}'), True, "code 401: Upgrade plan"),
        (answers("200 OK", b'{"code":"400","msg":"symbol"}'), True, "code 400: symbol"),
        (answers("200 OK", b'{"code":"429","msg":"Too Many Requests"}'), True, "code 429: too many requests"),
        (answers("500 Oops", b'{"code":"500","msg":"Server Error"}'), True, "answered 500 (500: Server Error)"),
        (answers("451 Unavailable"), False, "answered 451"),
        (answers("302 Found", b"", "Location: https://evil.test/x"), False, "sends on to evil.test"),
        (answers("302 Found", b"", "Location: //evil.test"), False, "sends on to evil.test"),
        (answers("200 OK", b"x" * 9_000_000), False, "more than 8388608 bytes"),
        (hangs_up, False, "cannot be reached"),
    ],
)
def test_an_answer_that_is_none_is_a_gap_with_its_reason_and_ends(part: Part, flows: bool, reason: str) -> None:
    async def scene() -> None:
        good = answers("200 OK", FLOW if flows else CSV)
        async with BadVenue(part, good) as host:
            await follow(f"http://127.0.0.1:{host.port}", lambda bench: falls_and_rises(bench, reason), flows=flows)

    play(scene)


async def falls_and_rises(bench: Bench, reason: str) -> None:
    await bench.until(lambda: bench.gaps() != [])
    (gap,) = bench.gaps()
    assert reason in gap.reason
    (channel,) = bench.view.channels
    assert (channel.state, channel.name) == ("down", gap.channel)
    assert reason in channel.reason
    assert not told(bench)
    await bench.pass_until(lambda: told(bench), seconds=10)
    (channel,) = bench.view.channels
    assert (channel.state, channel.reason) == ("live", "")
    assert [one.event for one in bench.heard if isinstance(one, FeedStatus)] == ["connected"]


@pytest.mark.parametrize("part", [drips, never_answers])
def test_an_answer_that_does_not_end_is_given_up(part: Part) -> None:
    async def scene() -> None:
        async with BadVenue(part, answers("200 OK", CSV)) as host:

            async def falls(bench: Bench) -> None:
                await bench.clock.next_sleep(30.0)
                await bench.clock.advance(30)
                await falls_and_rises(bench, "did not answer in time")

            await follow(f"http://127.0.0.1:{host.port}", falls)

    play(scene)


def test_a_file_that_cannot_be_read_is_unparsed_and_the_next_one_is_read() -> None:
    async def scene() -> None:
        async with BadVenue(answers("200 OK", b"DATE,CLOSE\n30/01/2026,1\n"), answers("200 OK", CSV)) as host:

            async def reads(bench: Bench) -> None:
                await bench.until(lambda: bench.view.unparsed == 1)
                await bench.pass_until(lambda: told(bench), seconds=30)

            await follow(f"http://127.0.0.1:{host.port}", reads)

    play(scene)


def test_a_storm_of_429_is_met_with_longer_and_longer_pauses() -> None:
    async def scene() -> None:
        storm = [answers("429 Too Many Requests")] * 6
        async with BadVenue(*storm, answers("200 OK", CSV)) as host:

            async def endures(bench: Bench) -> None:
                await bench.until(lambda: bench.gaps() != [])
                assert "too many requests" in bench.view.channels[0].reason
                since_ms = bench.clock.now_ms()
                await bench.pass_until(lambda: told(bench), seconds=10, most=1000)
                # 1 + 2 + 4 + 8 + 16 + 16 minutes at least, and not one request more than there had to be.
                assert bench.clock.now_ms() - since_ms >= 47 * 60_000
                assert host.joined == 7
                assert bench.view.channels[0].state == "live"

            await follow(f"http://127.0.0.1:{host.port}", endures)

    play(scene)


def test_a_certificate_that_nobody_signed_is_refused_for_requests_too_until_it_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert CERTIFICATE.is_file()

    async def scene() -> None:
        async with BadVenue(answers("200 OK", CSV), tls=True) as host:

            async def refused(bench: Bench) -> None:
                await bench.until(lambda: bench.gaps() != [])
                assert "CERTIFICATE_VERIFY_FAILED" in bench.view.channels[0].reason
                assert not told(bench)
                monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
                await bench.pass_until(lambda: told(bench), seconds=30)
                assert bench.view.channels[0].state == "live"

            await follow(f"https://localhost:{host.port}", refused)

    try:
        play(scene)
    finally:
        trusted.cache_clear()  # others do not trust it


def test_an_hour_without_names_is_a_gap_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        names = Names(monkeypatch)
        async with BadVenue(answers("200 OK", CSV)) as host:

            async def waits(bench: Bench) -> None:
                since_ms = bench.clock.now_ms()
                await bench.until(lambda: bench.gaps() != [])
                assert f"venue.test:{host.port} cannot be reached" in bench.view.channels[0].reason
                await bench.pass_until(lambda: bench.clock.now_ms() - since_ms > 3_600_000, seconds=30)
                assert bench.view.channels[0].state == "down"
                assert bench.gaps()[-1].since_ms == since_ms
                names.known = True
                await bench.pass_until(lambda: told(bench), seconds=30)
                assert bench.view.channels[0].state == "live"

            await follow(f"http://venue.test:{host.port}", waits)

    play(scene)
