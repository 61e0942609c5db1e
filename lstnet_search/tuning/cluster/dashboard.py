"""What a search says of Ray's dashboard: where it is, and how to get in."""

from collections.abc import Iterator, Mapping

from lstnet_search.tuning.cluster.auth_token import TOKEN_FILE, asks_for_token

DEFAULT_PORT = 8265
"""Where Ray puts it; where that is taken, on the next port that is free."""


def dashboard_lines(address: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    """Lines for people, never with the token itself.

    Args:
        address: host and port as Ray tells them; nothing if it has no dashboard.
        environment: variables of this process, in which Ray notes its way of authentication.
    """
    if not address:
        yield "dashboard: none; Ray could not start it (does ray[default] lack a package?), and the search goes on"
        return
    taken = "" if address.endswith(f":{DEFAULT_PORT}") else f" (port {DEFAULT_PORT} is taken)"
    yield f"dashboard: http://{address}{taken}"
    if not asks_for_token(environment):
        yield "it asks for no token, for RAY_AUTH_MODE says so: whoever reaches it can run code here"
    elif environment.get("RAY_AUTH_TOKEN"):
        yield "log in with the token in the variable RAY_AUTH_TOKEN"
    else:
        yield f"log in with the token in {environment.get('RAY_AUTH_TOKEN_PATH') or TOKEN_FILE}"
