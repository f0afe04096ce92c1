"""Where a sub-command's results go."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from desktop.cli.output import Output


def test_amounts_are_plain_digits_however_deep_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    satoshi, hundred = Decimal("0.00000001"), Decimal("1E+2")
    Output(as_json=True).emit({"fee": satoshi, "seen": [{"amount": hundred}], "both": (satoshi, None, 1.5, "x")})
    assert json.loads(capsys.readouterr().out) == {
        "fee": "0.00000001",
        "seen": [{"amount": "100"}],
        "both": ["0.00000001", None, 1.5, "x"],
    }
