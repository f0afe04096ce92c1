from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.storage.instrument_file import instruments_from, shipped_instruments


def test_shipped_table_knows_the_watched_coins_of_both_venues() -> None:
    table = shipped_instruments()
    for venue in ("binance", "bybit"):
        for coin in ("BTC", "ETH", "SOL"):
            assert table.knows(venue, f"{coin}USDT")
            assert table.find(venue, f"{coin}USDT").coins("0.10", "1") == "0.10"
    assert table.find("bybit", "SHIB1000USDT").coins("2", "1") == "2000"
    for venue, symbol in (("binance", "1000PEPEUSDT"), ("bybit", "SHIB1000USDT")):
        assert table.find(venue, symbol).multiplier == 1000  # its price is one for as many
        assert table.find(venue, symbol).usd(2.0, 0.5) == 1.0
    assert table.find("okx", "BTC-USDT-SWAP").coins("100", "1") == "1.00"
    assert table.find("okx", "BTC-USD-SWAP").contract_size == Decimal(100)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "not a JSON list"),
        ("[1]", "entry 1"),
        ('[{"venue":"okx"}]', "entry 1.*missing required field `symbol`"),
        (
            '[{"venue":"okx","symbol":"A","coin":"A","contract_size":"0","contract_coin":"A","multiplier":"1",'
            '"kind":"linear"}]',
            "contract_size '0' is not above zero",
        ),
        (
            '[{"venue":"okx","symbol":"A","coin":"A","contract_size":null,"contract_coin":"A","multiplier":"x",'
            '"kind":"linear"}]',
            "multiplier 'x' is not a number",
        ),
    ],
)
def test_wrong_table_names_file_and_entry(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=words) as caught:
        instruments_from(path)
    assert str(path) in caught.value.message


def test_missing_table_names_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.json"):
        instruments_from(tmp_path / "none.json")
