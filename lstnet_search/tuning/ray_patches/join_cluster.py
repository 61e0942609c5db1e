"""Asking whether a Ray cluster answers, before Ray tries to connect for minutes."""

import logging

from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._private.services import canonicalize_bootstrap_address
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled


def load_token() -> None:
    """Load the cluster's token from its file or variable, if there is one.

    Ray does this by itself only for the address `auto`. Uses `ray._private.authentication` (Ray 2.60.0).
    """
    logging.getLogger("ray._private.authentication").setLevel(logging.ERROR)
    maybe_enable_token_auth_if_token_available(warn_if_disabled=False)


def resolve_address(address: str) -> str | None:
    """HOST:PORT of an address, where `auto` is the cluster of this machine, or None if no cluster runs here.

    Uses `ray._private.services.canonicalize_bootstrap_address` (Ray 2.60.0).
    """
    found: str | None = canonicalize_bootstrap_address(address)
    return found


def ask_head_node(address: str) -> None:
    """Ask the head node once whether it accepts this process. Uses `ray._raylet.GcsClient` (Ray 2.60.0).

    Raises:
        AuthenticationError: if it refuses the token.
        RpcError: if something other than a head node answers.
    """
    GcsClient(address=address)
