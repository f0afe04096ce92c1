"""The door to eth-account, in a process of its own: what the library does at its first import stays outside."""

import subprocess
import sys

_SCRIPT = """
import sys
from desktop.hw.ethereum.library import sender_of
before = sys.getrecursionlimit()
assert "eth_account" not in sys.modules
assert sender_of(b"\\x02\\xc0") is None
assert "eth_account" in sys.modules
print(before, sys.getrecursionlimit())
"""


def test_it_is_loaded_late_and_leaves_the_limit_on_nested_calls_alone() -> None:
    told = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    before, after = told.stdout.split()
    assert before == after
