import pytest

from lstnet_search.tuning.cluster.dashboard import dashboard_lines

PAGE = "Ray's page, for processes: http://127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "way_in"),
    [
        ({}, "log in there with the token in ~/.ray/auth_token"),
        ({"RAY_AUTH_MODE": "token"}, "log in there with the token in ~/.ray/auth_token"),
        ({"RAY_AUTH_TOKEN_PATH": "/secrets/ray"}, "log in there with the token in /secrets/ray"),
        (
            {"RAY_AUTH_TOKEN": "s3cret", "RAY_AUTH_TOKEN_PATH": "/x"},
            "log in there with the token in the variable RAY_AUTH_TOKEN",
        ),
        (
            {"RAY_AUTH_MODE": "disabled"},
            "RAY_AUTH_MODE turns its token off: anyone who can connect to it can run code here",
        ),
    ],
)
def test_the_address_comes_first_then_where_the_token_is_but_never_the_token(
    environment: dict[str, str], way_in: str
) -> None:
    assert list(dashboard_lines("127.0.0.1:8265", environment)) == [
        f"{PAGE}:8265",
        way_in,
    ]


def test_another_port_than_rays_default_is_explained() -> None:
    assert next(dashboard_lines("127.0.0.1:8266", {})) == f"{PAGE}:8266 (port 8265 is taken)"


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_search_without_a_dashboard_says_so_and_continues(nothing: str | None) -> None:
    (line,) = dashboard_lines(nothing, {})
    assert line.startswith("Ray's page: none; ")
    assert line.endswith("the search continues")
