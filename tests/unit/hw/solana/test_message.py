"""Solana's messages: read from bytes made by hand, and nothing but BadInput for any others."""

import contextlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.solana_keys import address_bytes, address_of_bytes
from desktop.domain.solana_token_account import on_curve, token_account
from desktop.hw.solana.instructions import meaning
from desktop.hw.solana.message import read_message
from desktop.hw.solana.words import in_words
from tests.fakes.solana_messages import (
    BLOCKHASH,
    FRIEND,
    ME,
    SOLANA_ADDRESS,
    SYSTEM,
    USDC,
    Account,
    Call,
    memo,
    message,
    size,
    sol,
    token_account_creation,
    tokens,
    unchecked_tokens,
    unit_limit,
    unit_price,
)

MINE, THEIRS = token_account(ME, USDC), token_account(FRIEND, USDC)
WHOLE = message(unit_limit(), unit_price(), token_account_creation(THEIRS), tokens(MINE, THEIRS), memo())
TABLE = b"\1" + b"\x77" * 32 + b"\1\3" + b"\2\4\5"
KEYS = st.binary(min_size=32, max_size=32)


def _said(raw: bytes, *wallets: bytes) -> str:
    return "|".join(in_words(read_message(raw), wallets)).replace(" ", "").replace("|", "")


def test_a_transfer_of_sol() -> None:
    found = read_message(message(sol()))
    assert (found.version, found.signers, found.blockhash) == (None, (ME,), BLOCKHASH)
    assert found.accounts == (ME, FRIEND, SYSTEM)
    friend = address_of_bytes(FRIEND)
    assert _said(message(sol())) == (
        f"SolanatransactionSend1.5SOLto{friend}from{SOLANA_ADDRESS}feepaidby{SOLANA_ADDRESS}"
    )


def test_tokens_with_the_account_made_for_them() -> None:
    said = _said(WHOLE)
    mine, theirs, friend = map(address_of_bytes, (MINE, THEIRS, FRIEND))
    assert f"Makethetokenaccount{theirs}forthewallet{friend}rentpaidby{SOLANA_ADDRESS}" in said
    assert f"Send2.5USDCtothetokenaccount{theirs}whichbelongstothewallet{friend}" in said
    assert f"fromthetokenaccount{mine}of{SOLANA_ADDRESS}memofortheboat" in said
    assert "priorityfeeatmost0.000001SOL" in said


def test_tokens_to_an_account_of_unknown_owner() -> None:
    raw = message(tokens(MINE, THEIRS))
    assert "whoseownerisnotprovedhere" in _said(raw)
    assert f"whichbelongstothewallet{address_of_bytes(FRIEND)}" in _said(raw, FRIEND)
    assert "whoseownerisnotprovedhere" in _said(raw, SYSTEM)


def test_a_token_account_that_is_not_the_wallets_is_said_so() -> None:
    assert "saidtobe,butnotthat,ofthewallet" in _said(message(token_account_creation(MINE)))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (message(tokens(MINE, THEIRS, FRIEND)), f"2.5ofatokenunknownhere{address_of_bytes(FRIEND)}"),
        (message(tokens(MINE, THEIRS, decimals=5)), f"25ofatokenunknownhere{address_of_bytes(USDC)}"),
        (message(unchecked_tokens(MINE, THEIRS)), "2500000smallestunitsofatokenitdoesnotname"),
        (message(Call(FRIEND, (), b"abc")), f"Callofaprogramunknownhere{address_of_bytes(FRIEND)}3bytes"),
        (message(Call(SYSTEM, (), sol().data)), f"Callofaprogramunknownhere{address_of_bytes(SYSTEM)}12bytes"),
        (message(Call(SYSTEM, sol().accounts, sol().data + b"\0")), "Thewalletmayshowahashalone"),
        (message(memo(b"\xff")), "memoff"),
        (message(unit_price(7)), "priorityfee7micro-lamportsaunit"),
    ],
)
def test_what_is_not_known_is_said(raw: bytes, words: str) -> None:
    assert words in _said(raw)


def test_version_0_with_accounts_from_a_table() -> None:
    raw = message(sol(), version=0, tables=b"\1" + TABLE[1:33] + b"\1\3" + b"\2\4\5")
    found = read_message(raw)
    assert found.version == 0
    assert (found.lookups[0].writable, found.lookups[0].readonly) == (b"\3", b"\4\5")
    assert "Someaccountsstandintables" in _said(raw)
    legacy = read_message(message(sol()))
    assert read_message(message(sol(), version=0)).instructions == legacy.instructions


def test_a_call_whose_account_stands_in_a_table_is_not_known() -> None:
    raw = message(sol(), version=0, tables=TABLE)
    place = raw.index(b"\2\0\1\x0c")  # the accounts 0 and 1 of the transfer
    changed = raw[: place + 2] + b"\3" + raw[place + 3 :]
    assert read_message(changed).instructions[0].accounts == (ME, None)
    assert "Callofaprogramunknownhere" in _said(changed)


def _cut(raw: bytes, place: int, new: bytes) -> bytes:
    return raw[:place] + new + raw[place + len(new) :]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "byte 0: the message ends here"),
        (b"\x81" + message(sol()), "byte 0: messages of version 1"),
        (b"\xff", "byte 0: messages of version 127"),
        (_cut(message(sol()), 0, b"\0"), "byte 0: nobody needs to sign it"),
        (_cut(message(sol()), 1, b"\1"), "byte 0: nobody who signs can pay"),
        (_cut(message(sol()), 0, b"\x09"), "byte 0: it speaks of 10 accounts and holds 3"),
        (_cut(message(sol()), 4 + 32, ME), "byte 0: it holds an account twice"),
        (message(sol())[:40], "byte 36: the message ends inside an account"),
        (message(sol())[:100], "byte 100: the message ends inside the blockhash"),
        (message(sol())[:-1], "byte 138: the message ends inside its data"),
        (message(sol()) + b"\0", "byte 150: 1 bytes follow"),
        (message(sol(), version=0)[:-1], "byte 151: the message ends inside the number of tables"),
        (_cut(message(sol()), 133, b"\0"), "byte 133: account 0 cannot be the program"),
        (_cut(message(sol()), 133, b"\3"), "byte 133: account 3 cannot be the program"),
        (_cut(message(sol()), 136, b"\5"), "byte 133: the instruction takes account 5 of 3"),
        (_cut(message(sol()), 3, b"\x83\0"), "byte 3: the number of accounts is malformed"),
        (_cut(message(sol()), 3, b"\xff\xff\x7f"), "byte 3: the number of accounts is malformed"),
        (message(sol(), version=0, tables=b"\1" + b"\x77" * 32 + b"\0\0"), "nothing is taken from this table"),
        (message(sol(), version=0, tables=b"\1" + b"\x77" * 32 + size(254) + bytes(254) + b"\0"), "257 accounts"),
        (message(memo(b"x" * 1200)), "at most 1167 fit"),
        (b"\1" + bytes(64) + message(sol()), "byte"),
    ],
)
def test_what_is_off_is_named_with_its_byte(raw: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_message(raw)


CALLS = st.builds(
    Call,
    KEYS,
    st.lists(st.builds(Account, KEYS, st.booleans(), st.booleans()), max_size=5).map(tuple),
    st.binary(max_size=160),
)


@settings(deadline=None)
@given(st.lists(CALLS, max_size=5), st.sampled_from([None, 0]))
def test_whatever_is_put_in_is_read_back(calls: list[Call], version: int | None) -> None:
    raw = message(*calls, version=version)
    assume(len(raw) <= 1232 - 1 - 64 * raw[0 if version is None else 1] and all(call.program != ME for call in calls))
    found = read_message(raw)
    assert [(call.program, call.accounts, call.data) for call in found.instructions] == [
        (call.program, tuple(account.key for account in call.accounts), call.data) for call in calls
    ]
    assert set(found.signers) == {ME} | {account.key for call in calls for account in call.accounts if account.signs}
    assert in_words(found)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([WHOLE, message(sol(), version=0, tables=TABLE)]), st.data())
def test_broken_messages_give_bad_input_and_nothing_else(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for raw in (bytes(broken), bytes(broken[:cut])):
        with contextlib.suppress(BadInput):
            found = read_message(raw)
            for instruction in found.instructions:
                meaning(instruction)
            in_words(found)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_bad_input_and_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        in_words(read_message(raw))


def test_token_accounts_known_from_elsewhere() -> None:
    wallet = address_bytes("B8UwBUUnKwCyKuGMbFKWaG7exYdDk2ozZrPg72NyVbfj")
    mint = address_bytes("7o36UsWR1JQLpZ9PE2gn9L4SQ69CNNiWAXd4Jt7rqz9Z")
    assert address_of_bytes(token_account(wallet, mint)) == "DShWnroshVbeUp28oopA3Pu7oFPDBtC1DBmPECXXAQ9n"
    assert on_curve(ME)
    assert not on_curve(MINE)
