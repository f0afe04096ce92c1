"""Six lights from stored facts; what is not known is never a yes."""

from __future__ import annotations

from msgspec.structs import replace

from desktop.custody.readiness import ReadinessRow, board
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from tests.unit.custody.parts import START_MS, at

DAY_MS = 86_400_000
NOW_MS = START_MS + DAY_MS


def row(
    transfers: tuple[Transfer, ...] = (), rehearsals: tuple[int, ...] = (), venue: str = "binance"
) -> ReadinessRow:
    proofs = tuple(t.destination for t in transfers if t.destination is not None)
    [found] = [r for r in board(proofs, transfers, rehearsals, NOW_MS) if (r.venue, r.coin) == (venue, "BTC")]
    return found


def states(found: ReadinessRow) -> list[str]:
    return [light.state for light in found.lights]


def verified(**changes: object) -> Transfer:
    proved = at(TransferState.PROVED)
    proof = proved.destination
    assert isinstance(proof, DestinationProof)
    proof = replace(proof, book_seen_ms=START_MS, verified_ms=START_MS, **changes)
    known = {**proved.known, "verified": START_MS}
    return replace(proved, state=TransferState.VERIFIED, destination=proof, received=proved.amount, known=known)


def test_a_new_profile_is_ready_for_nothing_and_every_missing_light_names_its_step() -> None:
    found = row()
    assert states(found) == ["no", "no", "no", "no", "not_needed", "no"]
    assert not found.ready
    assert all(light.next_step for light in found.lights if not light.holds)


def test_all_six_lights_make_it_ready() -> None:
    found = row((verified(),), (NOW_MS - 3 * DAY_MS,))
    assert states(found) == ["yes", "yes", "yes", "yes", "not_needed", "yes"]
    assert found.ready
    assert found.lights[5].words == "3 days ago"


def test_a_destination_proved_for_one_venue_says_nothing_about_another() -> None:
    found = row((verified(),), (NOW_MS,), venue="bybit")
    assert states(found) == ["yes", "no", "no", "no", "not_needed", "yes"]


def test_a_hold_a_shown_address_and_an_unseen_book_are_told_apart() -> None:
    assert states(row((verified(usable_from_ms=NOW_MS + 1),)))[2] == "waiting"
    assert states(row((verified(usable_from_ms=NOW_MS - 1),)))[2] == "yes"
    assert states(row((at(TransferState.ADDRESS_SHOWN),)))[:3] == ["no", "no", "no"]
    assert states(row((at(TransferState.PROVED),)))[:4] == ["yes", "yes", "unknown", "no"]


def test_a_rehearsal_grows_old() -> None:
    assert states(row((verified(),), (NOW_MS - 31 * DAY_MS,)))[5] == "no"
    assert states(row((verified(),), (NOW_MS - 31 * DAY_MS, NOW_MS - DAY_MS)))[5] == "yes"


def test_an_arrival_that_was_not_verified_is_no_arrival() -> None:
    arrived = replace(verified(), state=TransferState.ARRIVED)
    assert states(row((arrived,)))[3] == "no"
