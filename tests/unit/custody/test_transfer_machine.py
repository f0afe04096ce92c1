"""The rules under any order of wishes: hypothesis plays person, device, exchange and chain, honest or not."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desktop.custody import transfer_events as ev
from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import Facts
from desktop.custody.lookout import chain_events, exchange_events, overdue
from desktop.custody.reports import Payment
from desktop.custody.transfer import Transfer, TransferState
from desktop.custody.transfer_events import Event, decode, encode
from desktop.custody.transfer_fold import WATCHED, apply, fold
from desktop.custody.transfer_guide import STEPS, page, steps
from desktop.custody.transfer_rules import decide
from desktop.domain.errors import Refused
from desktop.domain.money import satoshi
from tests.unit.custody.parts import (
    ADDRESS,
    AMOUNT,
    FACTS,
    FINGERPRINT,
    NETWORK,
    OTHER_ADDRESS,
    PATH,
    START_MS,
    record,
    signature_over,
)

S = TransferState
PRINTS = st.sampled_from([FINGERPRINT, "00000000"])


class TransferMachine(RuleBasedStateMachine):
    """Throw wishes at one transfer; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = START_MS
        self.transfer: Transfer | None = None
        self.events: list[Event] = []
        self.refusals: list[Refused] = []

    def wish(self, asked: wish.Wish, facts: Facts = FACTS) -> None:
        self.now_ms += 1000
        try:
            found = decide(self.transfer, asked, self.now_ms, facts)
        except Refused as refusal:
            self.refusals.append(refusal)
        else:
            self.add(found)

    def add(self, found: tuple[Event, ...]) -> None:
        for event in found:
            self.transfer = apply(self.transfer, decode(encode(event)))
            self.events.append(event)

    @initialize(walked=st.integers(0, 10))
    def begin(self, walked: int) -> None:
        self.wish(wish.Begin(id="t1", world="practice", venue="binance", coin="BTC"))
        for _ in range(walked):
            self.do_what_the_page_asks()

    @rule(amount=st.sampled_from([AMOUNT, Decimal("0.0001"), Decimal("9"), Decimal("0.4")]))
    def set_amount(self, amount: Decimal) -> None:
        self.wish(wish.TakeAmount(amount=amount))

    @rule()
    def agree(self) -> None:
        self.wish(wish.AgreeWhat())

    @rule(network=st.sampled_from([NETWORK.network, NETWORK.network, "BSC", "ETH"]))
    def take_route(self, network: str) -> None:
        self.wish(wish.TakeRoute(network=network))

    @rule(
        address=st.sampled_from([ADDRESS, ADDRESS, OTHER_ADDRESS]), print_=st.sampled_from([FINGERPRINT, "00000000"])
    )
    def show(self, address: str, print_: str) -> None:
        self.wish(
            wish.Shown(
                address=address,
                path=PATH,
                script="p2wpkh",
                fingerprint=print_,
                program_address=ADDRESS,
                program_source="device_unshown",
            ),
            Facts(pinned_fingerprint=FINGERPRINT),
        )

    @rule(text=st.sampled_from([ADDRESS, ADDRESS.upper(), OTHER_ADDRESS, "", "x", " " + ADDRESS + "\n"]))
    def paste(self, text: str) -> None:
        self.wish(wish.Pasted(text=text))

    @rule()
    def pose(self) -> None:
        self.wish(wish.PoseChallenge())

    @rule(honest=st.booleans(), address=st.sampled_from([ADDRESS, ADDRESS, OTHER_ADDRESS]))
    def sign(self, honest: bool, address: str) -> None:
        proof = None if self.transfer is None else self.transfer.destination
        text = proof.challenge if honest and proof is not None else "another text"
        self.wish(wish.Signed(address=address, signature=signature_over(text)))

    @rule()
    def say_sent(self) -> None:
        self.wish(wish.SayPaid())

    @rule()
    def say_not_sent(self) -> None:
        self.wish(wish.SayUnsent())

    @rule(really=st.integers(0, 9))
    def give_up(self, really: int) -> None:
        if really == 9:
            self.wish(wish.GiveUp())

    @rule(
        address=st.sampled_from([ADDRESS, ADDRESS, ADDRESS, OTHER_ADDRESS]),
        status=st.sampled_from(["review", "processing", "completed", "failed", "cancelled"]),
        amount=st.sampled_from([AMOUNT, AMOUNT, Decimal("0.3")]),
        ref=st.sampled_from(["w1", "w2"]),
    )
    def exchange_lists(self, address: str, status: str, amount: Decimal, ref: str) -> None:
        if self.transfer is None:
            return
        listed = record(ref=ref, address=address, amount=amount - NETWORK.fee, status=status, at_ms=self.now_ms)
        self.add(exchange_events(self.transfer, [listed], (), self.now_ms))

    @rule(
        place=st.sampled_from(["one", "two"]),
        confirmations=st.integers(0, 8),
        amount=st.sampled_from([AMOUNT - NETWORK.fee, AMOUNT - NETWORK.fee, Decimal("0.00001")]),
        txid=st.sampled_from(["aa" * 32, "bb" * 32]),
        seen=st.integers(0, 3),
    )
    def chain_shows(self, place: str, confirmations: int, amount: Decimal, txid: str, seen: int) -> None:
        if self.transfer is None:
            return
        paid = [Payment(txid, 0, satoshi(amount), confirmations, None, None)] if seen else []
        self.add(chain_events(self.transfer, place, paid, (), self.now_ms))

    @rule()
    def wait(self) -> None:
        self.now_ms += 130_000
        if self.transfer is not None and overdue(self.transfer, self.now_ms):
            self.add((ev.OutcomeUnknown(at_ms=self.now_ms),))

    @rule()
    def do_what_the_page_asks(self) -> None:
        transfer = self.transfer
        if transfer is None:
            return
        match transfer.state:
            case S.DRAFT:
                self.set_amount(AMOUNT)
                self.agree()
            case S.ROUTED:
                self.take_route(NETWORK.network)
            case S.NEEDS_ADDRESS:
                self.show(ADDRESS, FINGERPRINT)
            case S.ADDRESS_SHOWN:
                self.paste(ADDRESS)
            case S.COMPARED:
                self.pose()
                self.sign(True, ADDRESS)
            case S.PROVED:
                self.say_sent()
            case S.SENT | S.UNKNOWN | S.ACCEPTED:
                self.exchange_lists(ADDRESS, "completed", AMOUNT, "w1")
                self.chain_shows("one", 0, AMOUNT - NETWORK.fee, "aa" * 32, 1)
            case S.BROADCAST | S.CONFIRMING:
                self.chain_shows("one", 3, AMOUNT - NETWORK.fee, "aa" * 32, 1)
                self.chain_shows("two", 4, AMOUNT - NETWORK.fee, "aa" * 32, 1)
            case S.ARRIVED:
                self.wish(wish.DerivedOnDevice(address=ADDRESS, fingerprint=FINGERPRINT))

    @precondition(lambda self: self.transfer is not None and self.transfer.state is S.ARRIVED)
    @rule(address=st.sampled_from([ADDRESS, OTHER_ADDRESS]), print_=PRINTS)
    def derive_again(self, address: str, print_: str) -> None:
        self.wish(wish.DerivedOnDevice(address=address, fingerprint=print_))

    @invariant()
    def the_journal_tells_the_same(self) -> None:
        assert fold(self.events) == self.transfer

    @invariant()
    def a_refusal_names_its_guard_and_the_next_step(self) -> None:
        assert all(r.message and r.rule and r.remedy for r in self.refusals)

    @invariant()
    def sent_at_most_once(self) -> None:
        assert sum(isinstance(event, ev.SaidSent) for event in self.events) <= 1

    @invariant()
    def verified_only_after_shown_compared_proved_and_two_sources(self) -> None:
        transfer = self.transfer
        if transfer is None or transfer.state not in WATCHED | {S.ARRIVED, S.VERIFIED}:
            return
        proof = transfer.destination
        assert proof is not None
        assert proof.address == proof.program_address == ADDRESS
        assert proof.compared_ms is not None
        assert proof.proved_ms is not None
        assert proof.shown_ms <= proof.compared_ms <= proof.proved_ms
        if transfer.state in (S.ARRIVED, S.VERIFIED):
            places = {s.place for s in transfer.sightings if s.vout is not None and s.txid == transfer.txid}
            assert places == {"one", "two"}
            assert transfer.confirmations >= transfer.required_confirmations
            assert transfer.received == AMOUNT - NETWORK.fee

    @invariant()
    def every_state_has_a_page_and_seven_steps(self) -> None:
        if self.transfer is not None:
            assert page(self.transfer) in (*STEPS, "unknown", "refused")
            assert [name for name, _ in steps(self.transfer)] == list(STEPS)


TestTransferMachine = TransferMachine.TestCase
TestTransferMachine.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
