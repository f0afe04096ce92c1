"""Where a profile keeps its files. One folder a world and profile, so that no world opens another's journal."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from desktop.domain.errors import BadInput, WrongUsage

WORLDS = ("live", "practice", "replay")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def profile_folder(world: str, profile: str = "default", data_dir: str | None = None) -> Path:
    """Return the folder of this profile in this world; it exists and only its owner may look into it.

    Raise as `profile_path`, and BadInput if the folder cannot be made.
    """
    folder = profile_path(world, profile, data_dir)
    _make_private(folder)
    return folder


def profile_path(world: str, profile: str = "default", data_dir: str | None = None) -> Path:
    """Return where the folder of this profile in this world lies or would lie; nothing is made or changed.

    Without `data_dir` it lies where the platform keeps data of programs (XDG_DATA_HOME on Linux). Raise WrongUsage
    for a world or name that cannot be.
    """
    if world not in WORLDS:
        raise WrongUsage(f"there is no world called {world!r}", f"Worlds: {', '.join(WORLDS)}.")
    if not _NAME.fullmatch(profile):
        raise WrongUsage(
            f"{profile!r} cannot be the name of a profile",
            "Take letters, digits, dot, dash and underscore; 64 at most.",
        )
    base = Path(data_dir).expanduser() if data_dir else platformdirs.user_data_path("seawall", appauthor=False)
    return base.absolute() / world / profile


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # mkdir's mode does not reach parents and is bent by the umask, so it is set here, on ours alone.
        folder.parent.chmod(0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise BadInput(
            f"this data folder cannot be used: {error.strerror}",
            "Name another one with --data-dir, or mend its permissions.",
            where=str(error.filename or folder),
        ) from error
