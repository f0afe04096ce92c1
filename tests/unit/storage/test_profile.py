"""Profiles: every world and person has a folder of its own, closed to others."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput, WrongUsage
from desktop.storage.profile import profile_folder


def test_live_and_practice_never_share_a_folder(tmp_path: Path) -> None:
    folders = {profile_folder(world, "default", str(tmp_path)) for world in ("live", "practice", "replay")}
    assert len(folders) == 3
    assert not any(one != other and one in other.parents for one in folders for other in folders)


def test_the_default_place_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert profile_folder("live") == tmp_path / "seawall" / "live" / "default"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions in access lists")
def test_only_the_owner_may_look_into_it(tmp_path: Path) -> None:
    folder = profile_folder("live", "mine", str(tmp_path / "deep" / "er"))
    folder.chmod(0o755)
    again = profile_folder("live", "mine", str(tmp_path / "deep" / "er"))
    assert stat.S_IMODE(again.stat().st_mode) == 0o700
    assert stat.S_IMODE(again.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "..", "../live", "a/b", "a\\b", ".hidden", "x" * 65, "a\n"])
def test_a_name_that_would_leave_its_place_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage):
        profile_folder("practice", name, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="moon"):
        profile_folder("moon", "default", str(tmp_path))


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("in the way")
    with pytest.raises(BadInput, match="live"):
        profile_folder("live", "default", str(tmp_path))
