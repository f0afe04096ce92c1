"""What exchange and chain report is taken, doubted or called out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_events as ev
from desktop.custody.lookout import chain_events, claims_of, exchange_events, overdue, payment_key, withdrawal_key
from desktop.custody.reports import Payment, VenueWithdrawal
from desktop.custody.transfer import Transfer, TransferState
from desktop.custody.transfer_guide import page, steps
from tests.unit.custody.parts import (
    ADDRESS,
    AMOUNT,
    NETWORK,
    OTHER_ADDRESS,
    START_MS,
    TXID,
    after,
    at,
    payment,
    record,
)

S = TransferState
NOW_MS = START_MS + 60_000


def listed(transfer: Transfer, *records: VenueWithdrawal, claimed: tuple[str, ...] = ()) -> Transfer:
    return after(transfer, *exchange_events(transfer, records, claimed, NOW_MS))


def paid(transfer: Transfer, place: str, *payments: Payment, claimed: tuple[str, ...] = ()) -> Transfer:
    return after(transfer, *chain_events(transfer, place, payments, claimed, NOW_MS))


@pytest.mark.parametrize("state", [S.PROVED, S.SENT, S.UNKNOWN])
def test_a_withdrawal_is_found_whether_or_not_the_person_said_so(state: TransferState) -> None:
    found = listed(at(state), record())
    assert (found.state, found.venue_ref, page(found)) == (S.ACCEPTED, "w1", "watch")
    assert listed(found, record(txid=TXID)).state is S.BROADCAST


def test_the_same_answer_twice_is_journalled_once() -> None:
    found = listed(at(S.SENT), record())
    assert exchange_events(found, [record()], (), NOW_MS) == ()
    seen = paid(found, "one", payment())
    assert chain_events(seen, "one", [payment()], (), NOW_MS) == ()


def test_the_amount_may_be_listed_with_or_without_the_fee() -> None:
    for amount in (AMOUNT, AMOUNT - NETWORK.fee):
        assert listed(at(S.SENT), record(amount=amount)).remarks == ()


def test_another_amount_to_the_own_address_is_taken_and_told() -> None:
    found = listed(at(S.SENT), record(amount=Decimal("0.3")))
    assert found.state is S.ACCEPTED
    assert "0.3 BTC" in found.remarks[0]
    assert "0.0011 BTC was agreed" in found.remarks[0]


@pytest.mark.parametrize(
    ("status", "state", "words", "remedy"),
    [
        ("review", S.SENT, "is about to pay", "Cancel it"),
        ("processing", S.SENT, "is about to pay", "Cancel it"),
        ("completed", S.FAILED, "paid 0.001 BTC to a different address", "Change your passwords"),
        ("cancelled", S.FAILED, "nothing left", "Begin again"),
    ],
)
def test_a_different_address_is_critical(status: str, state: TransferState, words: str, remedy: str) -> None:
    found = listed(at(S.SENT), record(address=OTHER_ADDRESS, status=status))
    assert found.state is state
    assert words in found.alarm
    assert OTHER_ADDRESS in found.alarm
    assert remedy in found.alarm_remedy
    assert page(found) == "refused"
    assert ("send", "refused") in steps(found)
    assert exchange_events(found, [record(address=OTHER_ADDRESS, status=status)], (), NOW_MS) == ()


def test_another_network_is_as_critical_as_another_address() -> None:
    found = listed(at(S.SENT), record(network="BSC"))
    assert "over another network, BSC" in found.alarm


def test_a_foreign_withdrawal_of_another_amount_alarms_only_once_sent_was_said_and_never_closes() -> None:
    other = record(address=OTHER_ADDRESS, amount=Decimal("0.3"), status="completed")
    assert exchange_events(at(S.PROVED), [other], (), NOW_MS) == ()
    found = listed(at(S.SENT), other)
    assert found.alarm
    assert found.state is S.SENT
    calmed = listed(found, record(ref="w2"), other)
    assert (calmed.state, calmed.alarm) == (S.ACCEPTED, "")


def test_what_stood_there_before_or_belongs_to_another_transfer_is_not_taken() -> None:
    sent = at(S.SENT)
    old = replace(sent, earlier=(withdrawal_key("binance", "w1"), payment_key(payment())))
    assert exchange_events(old, [record()], (), NOW_MS) == ()
    assert chain_events(old, "one", [payment()], (), NOW_MS) == ()
    assert exchange_events(sent, [record()], (withdrawal_key("binance", "w1"),), NOW_MS) == ()
    assert chain_events(sent, "one", [payment()], (payment_key(payment()),), NOW_MS) == ()


def test_without_a_list_from_before_the_times_decide() -> None:
    sent = at(S.SENT, earlier=False)
    assert exchange_events(sent, [record(at_ms=START_MS - 600_000)], (), NOW_MS) == ()
    assert exchange_events(sent, [record(at_ms=START_MS - 60_000)], (), NOW_MS)
    assert chain_events(sent, "one", [payment(confirmations=99, at_ms=START_MS - 9_000_000)], (), NOW_MS) == ()
    assert chain_events(sent, "one", [payment(confirmations=1, at_ms=START_MS - 3_000_000)], (), NOW_MS)


def test_two_withdrawals_to_the_own_address_are_told() -> None:
    found = listed(at(S.SENT), record(), record(ref="w2", at_ms=START_MS + 20_000))
    assert found.venue_ref == "w1"
    assert "lists 2 withdrawals" in found.remarks[0]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_at_the_exchange_ends_it_with_the_exchanges_words(status: str) -> None:
    found = listed(at(S.SENT), record(status=status, info="risk control"))
    assert found.state is S.FAILED
    assert "risk control" in found.reason


def test_a_failure_does_not_outweigh_a_payment_that_is_on_the_chain() -> None:
    seen = paid(listed(at(S.SENT), record(txid=TXID)), "one", payment(confirmations=1))
    assert listed(seen, record(status="failed", txid=TXID)).state is S.CONFIRMING


def test_arrival_needs_two_sources_that_agree_and_enough_confirmations() -> None:
    seen = paid(at(S.SENT), "one", payment(confirmations=9))
    assert seen.state is S.CONFIRMING
    seen = paid(seen, "two", payment(confirmations=2))
    assert (seen.state, seen.confirmations) == (S.CONFIRMING, 2)
    seen = paid(seen, "two", payment(confirmations=3))
    assert (seen.state, seen.confirmations, seen.received) == (S.ARRIVED, 3, Decimal("0.001"))


def test_sources_that_name_different_transactions_do_not_agree() -> None:
    seen = paid(at(S.SENT), "one", payment(confirmations=9))
    seen = paid(seen, "two", payment(txid="cd" * 32, confirmations=9))
    assert seen.state is S.CONFIRMING


def test_a_bulk_amount_waits_for_six() -> None:
    seen = replace(at(S.SENT), required_confirmations=6)
    for place in ("one", "two"):
        seen = paid(seen, place, payment(confirmations=5))
    assert seen.state is S.CONFIRMING
    for place in ("one", "two"):
        seen = paid(seen, place, payment(confirmations=6))
    assert seen.state is S.ARRIVED


def test_a_block_that_is_replaced_takes_its_confirmations_back() -> None:
    seen = paid(at(S.SENT), "one", payment(confirmations=2))
    assert paid(seen, "one", payment(confirmations=0)).state is S.BROADCAST
    gone = paid(seen, "one")
    assert (gone.state, gone.txid) == (S.UNKNOWN, "")
    back = paid(gone, "one", payment(confirmations=1))
    assert back.state is S.CONFIRMING


def test_a_strangers_dust_is_told_and_not_taken_and_never_fills_the_page() -> None:
    dust = [payment(txid=f"{n:02x}" * 32, units=546) for n in range(20)]
    seen = paid(at(S.SENT), "one", *dust)
    assert seen.state is S.SENT
    assert 1 <= len(seen.remarks) <= 3
    assert "not the amount of this transfer" in seen.remarks[0]


def test_an_amount_on_the_chain_that_differs_from_the_named_transaction_is_told() -> None:
    sent = listed(at(S.SENT), record(txid=TXID))
    seen = paid(sent, "one", payment(units=90_000, confirmations=1))
    assert seen.state is S.CONFIRMING
    assert "0.0009 BTC arrives; 0.0011 BTC was agreed" in seen.remarks[0]


def test_an_internal_transfer_names_no_transaction_and_is_told() -> None:
    found = listed(at(S.SENT), record(status="completed", txid="Off-chain transfer 123"))
    assert (found.state, found.txid) == (S.ACCEPTED, "")
    assert "names no transaction on the chain" in found.remarks[0]


def test_a_payment_with_the_agreed_amount_is_found_while_the_exchange_is_silent() -> None:
    assert paid(at(S.UNKNOWN), "two", payment()).state is S.BROADCAST
    assert paid(at(S.PROVED), "two", payment(units=110_000)).state is S.BROADCAST


def test_nothing_is_read_before_it_could_be_sent_or_after_its_end() -> None:
    for state in (S.DRAFT, S.NEEDS_ADDRESS, S.COMPARED):
        assert exchange_events(at(state), [record()], (), NOW_MS) == ()
        assert chain_events(at(state), "one", [payment()], (), NOW_MS) == ()
    failed = listed(at(S.SENT), record(status="failed"))
    assert exchange_events(failed, [record(status="completed")], (), NOW_MS) == ()


def test_a_silence_of_two_minutes_after_sent_is_unknown() -> None:
    sent = at(S.SENT)
    assert sent.said_sent_ms is not None
    assert not overdue(sent, sent.said_sent_ms + 119_999)
    assert overdue(sent, sent.said_sent_ms + 120_000)
    assert not overdue(at(S.PROVED), NOW_MS + 10_000_000)
    unknown = after(sent, ev.OutcomeUnknown(at_ms=NOW_MS))
    assert page(unknown) == "unknown"
    assert dict(steps(unknown))["send"] == "unknown"
    assert not overdue(unknown, NOW_MS + 10_000_000)


def test_what_a_transfer_claims_is_named_the_same_everywhere() -> None:
    seen = paid(listed(at(S.SENT), record()), "one", payment())
    assert claims_of(seen) == {withdrawal_key("binance", "w1"), payment_key(payment())}
    assert ADDRESS not in claims_of(seen)
