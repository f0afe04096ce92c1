"""`python -m tests.vectors FILE`: one line a vector, then `N passed, M failed`.

Exit code 0 when all hold, 1 when some do not, 2 for a wrong call, 3 for a file that cannot be read as vectors.
"""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.domain.errors import BadInput
from tests.vectors.vector_file import read_vectors, run


def main(arguments: list[str]) -> int:
    """Run the file named by the only argument; see the exit codes above."""
    if len(arguments) != 1:
        print("usage: python -m tests.vectors FILE", file=sys.stderr)
        return 2
    try:
        vectors = read_vectors(Path(arguments[0]))
        outcomes = [(vector, run(vector)) for vector in vectors]
    except BadInput as bad:
        print(bad.message, file=sys.stderr)
        return 3
    for vector, wrong in outcomes:
        print(f"FAIL {vector.id} {vector.call}: {wrong}" if wrong else f"ok   {vector.id} {vector.call}")
    failed = sum(1 for _, wrong in outcomes if wrong)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
