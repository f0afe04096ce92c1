"""The lines of the journal: exact there and back, and named for ever."""

from __future__ import annotations

from decimal import Decimal

import pytest

from desktop.custody import transfer_events as ev
from desktop.custody.transfer_events import decode, encode
from desktop.custody.transfer_fold import LEGAL
from desktop.domain.errors import BadInput
from tests.unit.custody.parts import proved_destination
from tests.unit.custody.test_event_order import BEGUN, EVERY_EVENT

NAMES_ON_DISK = {
    "drafted", "amount_set", "what_agreed", "route_chosen", "address_shown", "page_differed", "page_agreed",
    "book_seen", "earlier_seen", "challenge_posed", "control_proved", "said_sent", "exchange_saw",
    "exchange_paid_elsewhere", "chain_saw", "chain_lost", "remarked", "outcome_unknown", "said_not_sent",
    "derived_again", "dropped",
}  # fmt: skip


def test_events_come_back_as_they_were_with_exact_amounts() -> None:
    begun = ev.Drafted(
        at_ms=1,
        id="t",
        world="live",
        venue="binance",
        coin="BTC",
        kind="bulk",
        required_confirmations=6,
        required_sources=2,
        amount=Decimal("0.10000001"),
        destination=proved_destination(),
    )
    for event in (*EVERY_EVENT, BEGUN, begun):
        assert decode(encode(event)) == event
    assert b'"amount":"0.10000001"' in encode(begun)


def test_names_on_disk_never_change() -> None:
    assert {kind.__struct_config__.tag for kind in (*LEGAL, ev.Drafted)} == NAMES_ON_DISK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"event":"teleported","at_ms":1}',
        b'{"event":"said_sent"}',
        b'{"event":"said_sent","at_ms":"soon"}',
        b'{"event":"said_sent","at_ms":1,"twice":true}',
        b'{"event":"amount_set","at_ms":1,"amount":"much"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput, match="not a transfer event"):
        decode(body)
