"""Where the files shipped with Seawall lie: icons, rules, tables, the storm."""

from __future__ import annotations

from pathlib import Path

import desktop
from desktop.domain.errors import BadInput


def resources_folder() -> Path:
    """Return the folder of the shipped files, in a checkout as well as in an installed package."""
    package = Path(desktop.__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def resource(name: str) -> Path:
    """Return the path of a shipped file such as `instruments.json` or `rules/cascade-started.toml`.

    Raise BadInput if Seawall was installed without it.
    """
    path = resources_folder() / name
    if not path.exists():
        raise BadInput("this file of Seawall's own is missing", "Install Seawall again.", where=str(path))
    return path
