"""What an installed Seawall contains."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_package_is_listed_for_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {".".join(init.parent.relative_to(ROOT).parts) for init in (ROOT / "desktop").rglob("__init__.py")}
    assert set(listed) == there | {"desktop.resources"}


def test_shipped_files_lie_where_the_wheel_takes_them_from() -> None:
    for name in ("instruments.json", "rules/cascade.toml", "practice/storm.jsonl.zst", "fonts/Inter-Regular.otf"):
        assert (ROOT / "resources" / name).is_file()
