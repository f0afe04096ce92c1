import pytest

from desktop.domain.errors import BadInput
from desktop.storage.resource_files import resource, resources_folder


def test_shipped_files_are_found_from_a_checkout() -> None:
    assert resources_folder().is_dir()


def test_missing_shipped_file_names_its_path() -> None:
    with pytest.raises(BadInput, match=r"no-such-file\.toml"):
        resource("no-such-file.toml")
