"""Where Seawall starts: arguments in, exit code out."""

from __future__ import annotations

import argparse
import sys

from desktop.cli import command_line


def main(argv: list[str] | None = None) -> int:
    """Run `seawall` with these arguments (default: the process's own) and return the exit code."""
    return command_line.run(sys.argv[1:] if argv is None else argv, _open_window)


def _open_window(args: argparse.Namespace) -> int:
    # Late, because this is where Qt is imported: a sub-command never pays for it and never needs it.
    from desktop.wiring import open_window

    result: int = open_window(args)
    return result


if __name__ == "__main__":
    sys.exit(main())
