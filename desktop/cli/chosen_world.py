"""Which world and folder the common arguments of every sub-command choose."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.storage.profile import profile_folder, profile_path


def add_world_arguments(parser: argparse.ArgumentParser, *, absent: object = None) -> None:
    """Declare --practice, --profile and --data-dir; with `absent=argparse.SUPPRESS` they leave no default behind."""
    quiet = absent is argparse.SUPPRESS
    parser.add_argument(
        "--practice",
        action="store_true",
        default=argparse.SUPPRESS if quiet else False,
        help="the practice world: play money, its own journal, no network",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        default=argparse.SUPPRESS if quiet else "default",
        help="whose journal and settings (default: default)",
    )
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        default=argparse.SUPPRESS if quiet else None,
        help="where profiles are kept (default: the platform's place)",
    )


def world_of(args: argparse.Namespace) -> str:
    """Return "practice", "replay" or "live" as the arguments say."""
    if args.practice:
        return "practice"
    return "replay" if getattr(args, "replay", None) else "live"


def folder_of(args: argparse.Namespace) -> Path:
    """Return the folder of the chosen profile in the chosen world, made if absent. Raise WrongUsage or BadInput."""
    return profile_folder(world_of(args), args.profile, args.data_dir)


def folder_to_read(args: argparse.Namespace) -> Path:
    """Return where that folder lies or would lie; nothing is made there. Raise WrongUsage with words."""
    return profile_path(world_of(args), args.profile, args.data_dir)
