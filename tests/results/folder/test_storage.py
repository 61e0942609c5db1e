import pytest

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, without_secrets


@pytest.mark.parametrize(
    "secret",
    [
        "s3://me:s3cret@lab/x",
        "s3://me:s3cret/K7?M#D@lab/x",
        "s3://lab/x?access_key=s3cret",
        "s3://lab?token=s3cret",
    ],
)
def test_credentials_in_a_uri_are_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InputError, match="contains credentials") as refused:
        without_secrets(secret)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("uri", "message"),
    [("nowhere://lab/x", "cannot be opened"), ("s3://", "names no folder or bucket|cannot be opened")],
)
def test_a_storage_that_does_not_exist_is_refused(uri: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Storage.at(uri, "mine")
