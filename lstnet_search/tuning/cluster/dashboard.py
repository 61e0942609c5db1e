"""What a search prints about Ray's dashboard: its address, and how to log in."""

from collections.abc import Iterator, Mapping

from lstnet_search.tuning.cluster.auth_token import TOKEN_FILE, requires_token

DEFAULT_PORT = 8265
"""Ray's port for the dashboard. If it is taken, Ray uses the next free port."""


def dashboard_lines(address: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    """Lines to print, never with the token itself.

    Args:
        address: host and port from Ray. Empty or None if there is no dashboard.
        environment: variables of this process. Ray sets those that concern authentication.
    """
    if not address:
        yield "Ray's page: none; Ray could not start it (is a package of ray[default] missing?); the search continues"
        return
    taken = "" if address.endswith(f":{DEFAULT_PORT}") else f" (port {DEFAULT_PORT} is taken)"
    yield f"Ray's page, for processes: http://{address}{taken}"
    if not requires_token(environment):
        yield "RAY_AUTH_MODE turns its token off: anyone who can connect to it can run code here"
    elif environment.get("RAY_AUTH_TOKEN"):
        yield "log in there with the token in the variable RAY_AUTH_TOKEN"
    else:
        yield f"log in there with the token in {environment.get('RAY_AUTH_TOKEN_PATH') or TOKEN_FILE}"
