"""`seawall readiness`: the readiness board, from stored facts alone. Nobody is asked, nothing is sent."""

from __future__ import annotations

import argparse
import time

from desktop.cli.chosen_world import folder_to_read, world_of
from desktop.cli.journal_reading import JournalPicture, read_journal
from desktop.cli.output import Output
from desktop.custody.readiness import Light, ReadinessRow, board
from desktop.custody.transfer import TransferState
from desktop.domain.venue_names import venue_name
from desktop.storage.profile import profile_path

_SIGNS = {"yes": "✓", "no": "✗", "waiting": "◔", "unknown": "?", "not_needed": "–"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    """Print one row for each way out. Exit code 0 if at least one is READY, 1 if none is."""
    world = world_of(args)
    here = read_journal(folder_to_read(args), world)
    practised = here
    if world != "practice":
        practised = read_journal(profile_path("practice", args.profile, args.data_dir), "practice")
    rows = board(
        here.destinations, tuple(here.transfers.values()), _verified_ms(practised), time.time_ns() // 1_000_000
    )
    for row in rows:
        out.emit(_facts(row), _words(row))
    ready = sum(row.ready for row in rows)
    out.tell(f"{ready} of {len(rows)} ready.")
    return 0 if ready else 1


def _verified_ms(picture: JournalPicture) -> list[int]:
    key = TransferState.VERIFIED.value
    return [t.known[key] for t in picture.transfers.values() if key in t.known]


def _facts(row: ReadinessRow) -> dict[str, object]:
    return {
        "kind": "readiness",
        "venue": row.venue,
        "coin": row.coin,
        "network": row.network,
        "ready": row.ready,
        "lights": [
            {"name": light.name, "state": light.state, "words": light.words, "next_step": light.next_step}
            for light in row.lights
        ],
        "destination": row.destination_id,
    }


def _words(row: ReadinessRow) -> str:
    head = f"{row.coin} {venue_name(row.venue)} ({row.network}): {'READY' if row.ready else 'NOT READY'}"
    return "\n".join([head, *(_light(light) for light in row.lights)])


def _light(light: Light) -> str:
    step = f"  → {light.next_step}" if light.next_step else ""
    return f"  {_SIGNS[light.state]} {light.name}: {light.words}{step}"
