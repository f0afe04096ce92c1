"""Events in any order: taken where they fit, refused elsewhere, and never a corrupt transfer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.custody import transfer_events as ev
from desktop.custody.transfer import FINAL_STATES, TransferState
from desktop.custody.transfer_events import Event
from desktop.custody.transfer_fold import LEGAL, apply
from desktop.domain.errors import BadInput
from tests.unit.custody.parts import (
    ADDRESS,
    AMOUNT,
    FINGERPRINT,
    NETWORK,
    OTHER_ADDRESS,
    PATH,
)

S = TransferState
PRINTS = st.sampled_from([FINGERPRINT, "00000000"])


EVERY_EVENT: tuple[Event, ...] = (
    ev.AmountSet(at_ms=1, amount=AMOUNT),
    ev.WhatAgreed(at_ms=1, amount=AMOUNT, idle=AMOUNT),
    ev.RouteChosen(at_ms=1, network="BTC", fee=NETWORK.fee),
    ev.AddressShown(
        at_ms=1,
        destination_id="to-1",
        address=ADDRESS,
        path=PATH,
        script="p2wpkh",
        fingerprint=FINGERPRINT,
        program_address=ADDRESS,
        program_source="device_unshown",
    ),
    ev.PageDiffered(at_ms=1, pasted="x", words="Group 1 differs."),
    ev.PageAgreed(at_ms=1, pasted=ADDRESS),
    ev.BookSeen(at_ms=1),
    ev.EarlierSeen(at_ms=1, place="one", refs=("a:0",)),
    ev.ChallengePosed(at_ms=1, challenge="text"),
    ev.ControlProved(at_ms=1, signature="sig"),
    ev.SaidSent(at_ms=1),
    ev.ExchangeSaw(at_ms=1, place="binance", ref="w1", status="processing", amount=AMOUNT, fee=NETWORK.fee),
    ev.ExchangePaidElsewhere(
        at_ms=1,
        place="binance",
        ref="w1",
        address=OTHER_ADDRESS,
        network="BTC",
        amount=AMOUNT,
        status="completed",
        words="elsewhere",
        remedy="",
        closes=True,
    ),
    ev.ChainSaw(at_ms=1, place="one", txid="aa" * 32, vout=0, amount=AMOUNT, confirmations=3),
    ev.ChainSaw(at_ms=1, place="two", txid="aa" * 32, vout=0, amount=AMOUNT, confirmations=3),
    ev.ChainLost(at_ms=1, place="one", txid="aa" * 32),
    ev.Remarked(at_ms=1, words="odd"),
    ev.OutcomeUnknown(at_ms=1),
    ev.SaidNotSent(at_ms=1, looks=12),
    ev.DerivedAgain(at_ms=1, address=ADDRESS, fingerprint=FINGERPRINT),
    ev.Dropped(at_ms=1, reason="because"),
)
BEGUN = ev.Drafted(
    at_ms=1,
    id="t1",
    world="practice",
    venue="binance",
    coin="BTC",
    kind="test",
    required_confirmations=3,
    required_sources=2,
)


def test_every_kind_of_event_has_its_place_in_the_table() -> None:
    assert {type(event) for event in EVERY_EVENT} == set(LEGAL)


@given(st.lists(st.sampled_from(EVERY_EVENT), max_size=40))
@settings(max_examples=400, deadline=None)
def test_events_in_any_order_are_taken_where_they_fit_and_refused_elsewhere(events: list[Event]) -> None:
    transfer, taken = apply(None, BEGUN), [type(BEGUN)]
    for event in events:
        fits = transfer.state in LEGAL[type(event)]
        try:
            transfer = apply(transfer, event)
        except BadInput:
            assert not fits or transfer.destination is None
        else:
            assert fits
            taken.append(type(event))
    if transfer.state in (S.VERIFIED, S.ARRIVED):
        order = [taken.index(kind) for kind in (ev.AddressShown, ev.PageAgreed, ev.ControlProved, ev.ChainSaw)]
        assert order == sorted(order)
    assert taken.count(ev.SaidSent) <= 1


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_nothing_follows_an_end(state: TransferState) -> None:
    assert all(state not in states for states in LEGAL.values())
