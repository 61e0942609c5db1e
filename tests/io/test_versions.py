import pytest

from lstnet_search.errors import InputError, VersionError
from lstnet_search.io.versions import check_version


def test_the_content_of_the_right_version_is_returned() -> None:
    assert check_version({"format_version": 2, "a": 1}, 2, "x.yaml") == {"format_version": 2, "a": 1}


def test_another_version_is_told_apart_from_none() -> None:
    message = r"^x\.yaml has format_version 3; this version reads 2: use the .* that wrote it, or remove it$"
    with pytest.raises(VersionError, match=message):
        check_version({"format_version": 3}, 2, "x.yaml", "remove it")
    for content in ({}, [], None, {"format_version": True}, {"format_version": 2.0}, {"format_version": "2"}):
        with pytest.raises(InputError, match=r"^x\.yaml has format_version .*wrote it$") as caught:
            check_version(content, 2, "x.yaml")
        assert type(caught.value) is InputError
