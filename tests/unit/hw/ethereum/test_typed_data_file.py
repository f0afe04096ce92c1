"""The JSON of typed data: what is taken, what is refused by name, and hashes that two libraries agree on."""

import contextlib
import copy
import json
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.keccak import keccak256
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.library import typed_data_hashes
from desktop.hw.ethereum.typed_data import TypedData
from desktop.hw.ethereum.typed_data_file import read_typed_data
from desktop.hw.ethereum.typed_data_limits import fits_field_by_field
from tests.fakes.typed_data import DOMAIN_TYPE, HASHED_SHAPES, MAIL, MAIL_DIGEST, SHAPES, of


def _read(data: dict[str, Any], **options: Any) -> TypedData:
    return read_typed_data(json.dumps(data).encode(), where="td.json", **options)


def test_the_standards_own_example() -> None:
    domain, message = typed_data_hashes(_read(MAIL))
    assert keccak256(b"\x19\x01" + domain + (message or b"")).hex() == MAIL_DIGEST


@pytest.mark.parametrize("shape", {*SHAPES, *HASHED_SHAPES} - {"odd domain order", "domain only"})
def test_hashes_are_those_of_the_library_on_the_bare_json(shape: str) -> None:
    data = {**SHAPES, **HASHED_SHAPES}[shape]
    theirs = encode_typed_data(full_message=copy.deepcopy(data))
    assert typed_data_hashes(_read(data)) == (theirs.header, theirs.body)


def test_a_missing_domain_type_is_made_of_the_domains_fields_in_the_standards_order() -> None:
    bare = copy.deepcopy(MAIL)
    del bare["types"]["EIP712Domain"]
    bare["domain"] = dict(reversed(bare["domain"].items()))
    assert typed_data_hashes(_read(bare)) == typed_data_hashes(_read(MAIL))


def test_types_that_nothing_uses_change_nothing() -> None:
    more = copy.deepcopy(MAIL)
    more["types"]["Unused"] = [{"name": "n", "type": "uint8"}]
    assert typed_data_hashes(_read(more)) == typed_data_hashes(_read(MAIL))


def test_the_field_by_field_way_takes_what_devices_take() -> None:
    assert all(fits_field_by_field(_read(data), small=False) for data in SHAPES.values())
    assert not any(fits_field_by_field(_read(data), small=False) for data in HASHED_SHAPES.values())


def test_structs_and_values_are_found_at_their_places() -> None:
    data = _read(SHAPES["structs"])
    assert data.members_of("Inner") == (
        e.StructMember(e.FieldType(e.UINT, 1), "n"),
        e.StructMember(e.FieldType(e.ARRAY, None, e.FieldType(e.STRING)), "tags"),
    )
    assert data.members_of("Nobody") is None
    assert data.value_at((0, 0)) == b"Ether Mail"
    assert data.value_at((0, 2)) == (1).to_bytes(32, "big")
    assert data.value_at((1, 0, 1)) == b"\xff\xfb"
    assert data.value_at((1, 1)) == b"\x00\x02"
    assert data.value_at((1, 1, 1, 1, 0)) == b"c"


@pytest.mark.parametrize("path", [(), (0,), (1,), (2,), (1, 0), (1, 9), (1, 1, 2), (1, 0, 1, 0), (1, 2**32 - 1)])
def test_there_is_no_value_elsewhere(path: tuple[int, ...]) -> None:
    assert _read(SHAPES["structs"]).value_at(path) is None


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("uint8", 256, r"message\.a is larger than 2\^8 - 1"),
        ("uint8", -1, r"message\.a -1 is negative"),
        ("uint8", 1.0, r"message\.a 1\.0 is not a whole number"),
        ("uint8", "1.0", r"message\.a '1\.0' is no number"),
        ("uint256", 2**256, r"message\.a is larger"),
        ("uint8", True, r"message\.a True is no number"),
        ("uint8", None, r"message\.a None is no number"),
        ("int8", 128, r"message\.a is larger than 2\^7 - 1"),
        ("int8", -129, r"message\.a is below -2\^7"),
        ("int8", "-129", r"message\.a is below -2\^7"),
        ("int8", "--1", r"message\.a -1 is negative"),
        ("int8", "-0x", "is no number"),
        ("bytes4", "0x010203", r"message\.a has 3 bytes, its type 4"),
        ("bytes4", "0x0102030405", r"message\.a has 5 bytes, its type 4"),
        ("bytes", "0x012", r"message\.a has an odd number of hex digits"),
        ("bytes", "hello", r"message\.a is not 0x"),
        ("bytes", 5, r"message\.a is not 0x"),
        ("bool", 1, r"message\.a is neither true nor false"),
        ("bool", "true", r"message\.a is neither true nor false"),
        ("address", "0x12", r"message\.a '0x12' is no Ethereum address"),
        ("address", "0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", r"checksum of message\.a"),
        ("address", 5, r"message\.a is no text"),
        ("string", 5, r"message\.a is no text"),
        ("string", None, r"message\.a is no text"),
        ("string", "\ud800", r"message\.a holds what is no text"),
        ("uint8[]", 5, r"message\.a is no list"),
        ("uint8[]", [1, 300], r"message\.a\[1\] is larger"),
        ("uint8[2]", [1], r"message\.a has 1 elements, its type 2"),
        ("uint8[]", [0] * 65536, r"message\.a has 65536 elements"),
        ("Nobody", {}, r"the type 'Nobody' of All\.a is not defined"),
        ("Nobody[]", [], r"the type 'Nobody' of All\.a is not defined"),
        ("uint", 1, r"the type 'uint' of All\.a is not defined"),
        ("uint7", 1, "'uint7'"),
        ("uint264", 1, "'uint264'"),
        ("uint08", 1, "'uint08'"),
        ("bytes33", "0x", "'bytes33'"),
        ("bytes0", "0x", "'bytes0'"),
        ("uint8[0]", [], "'uint8\\[0\\]'"),
        ("uint8[-1]", [], "'uint8\\[-1\\]'"),
        ("uint8[", [], "not defined"),
        ("", 1, "not defined"),
        ("x" + "[]" * 300, [], "601 characters"),
        ("All", {}, "hold each other without end: All in All"),
        ("All[]", [], "hold each other without end: All in All"),
    ],
)
def test_a_value_or_type_that_is_off_is_named(kind: str, value: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        _read(of({"a": kind}, {"a": value}))
    assert caught.value.message.startswith("td.json: ")
    assert caught.value.remedy


def _changed(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (MAIL | changes).items() if value is not ...}


def _typed(**types: Any) -> dict[str, Any]:
    return _changed(types=MAIL["types"] | types)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_changed(types=...), "types is missing"),
        (_changed(primaryType=...), "primaryType is missing"),
        (_changed(domain=...), "domain is missing"),
        (_changed(message=...), "message is missing"),
        (_changed(extra=1), "'extra' is no field"),
        (_changed(primaryType="Letter"), "primary type 'Letter' is not defined"),
        (_changed(primaryType=5), "primary type 5 is not defined"),
        (_changed(domain=[]), "domain is no object"),
        (_changed(types=[]), "types is no object"),
        (_changed(message=None), "message is no object"),
        (_changed(message={**MAIL["message"], "cc": 1}), r"message\.cc is in no type"),
        (_changed(message={"to": {}, "contents": ""}), r"message\.from is missing"),
        (_changed(domain={"name": "x"}), r"domain\.\w+ is missing"),
        (_changed(domain=MAIL["domain"] | {"salt": "0x"}), r"domain\.salt is in no type"),
        (_changed(domain=MAIL["domain"] | {"chainId": -1}), r"domain\.chainId -1 is negative"),
        (_changed(domain=MAIL["domain"] | {"chainId": 0}), r"domain\.chainId is 0"),
        (_changed(domain=MAIL["domain"] | {"chainId": "one"}), r"domain\.chainId 'one' is no number"),
        (_changed(domain=MAIL["domain"] | {"verifyingContract": "0x0"}), r"domain\.verifyingContract"),
        (_typed(EIP712Domain=[*DOMAIN_TYPE, {"name": "owner", "type": "address"}]), "address owner is no field"),
        (_typed(EIP712Domain=[{"name": "chainId", "type": "uint64"}]), "uint64 chainId is no field"),
        (_typed(Person=[{"name": "n", "type": "string"}] * 2), "two members 'n'"),
        (_typed(Person={}), "the type 'Person' is no list"),
        (_typed(Person=["name"]), "has not just name and type"),
        (_typed(Person=[{"name": "n"}]), "has not just name and type"),
        (_typed(Person=[{"name": "n", "type": "string", "x": 1}]), "has not just name and type"),
        (_typed(Person=[{"name": 1, "type": "string"}]), "name or type that is no text"),
        (_typed(Person=[{"name": "a b", "type": "string"}]), "no sound name"),
        (_typed(Person=[{"name": "", "type": "string"}]), "no sound name"),
        (_typed(**{"Bad(Name": []}), "no sound name"),
        (_typed(uint8=[]), "has the name of a basic type"),
        (_typed(int=[]), "has the name of a basic type"),
        (_typed(A=[{"name": "b", "type": "B[]"}], B=[{"name": "a", "type": "A"}]), "A in B in A|B in A in B"),
        (_typed(**{f"T{n}": [] for n in range(300)}), "types has 303 types"),
    ],
)
def test_what_is_no_sound_typed_data_is_refused(data: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        _read(data)


def test_a_domain_of_another_chain_is_refused() -> None:
    assert _read(MAIL, chain_id=1).chain_id == 1
    with pytest.raises(BadInput, match=r"domain\.chainId is 1, not 42161"):
        _read(MAIL, chain_id=42161)
    with pytest.raises(BadInput, match=r"domain\.chainId is none, not 1"):
        _read(SHAPES["short domain"], chain_id=1)


def test_a_name_given_twice_is_refused() -> None:
    text = json.dumps(MAIL).replace('"contents": "Hello', '"contents": "", "contents": "Hello')
    with pytest.raises(BadInput, match="'contents' stands there twice"):
        read_typed_data(text.encode())


def test_many_types_that_share_others_are_checked_quickly() -> None:
    types = {f"T{n}": {"a": f"T{n + 1}", "b": f"T{n + 1}[]"} for n in range(200)}
    data = of({"a": "T200"}, {"a": {}}, **types, T200={})
    assert fits_field_by_field(_read(data), small=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.sampled_from(["types", "primaryType", "domain", "message"]))
def test_anything_in_any_place_is_taken_or_refused_with_words(value: Any, name: str) -> None:
    with contextlib.suppress(BadInput):
        _read(MAIL | {name: value})
    with contextlib.suppress(BadInput):
        _read(of({"a": "uint8", "b": "Inner"}, {"a": value, "b": {"c": value}}, Inner={"c": "bytes32[]"}))
