"""One seed for each purpose, so that drawing more for one changes no other."""

from hashlib import sha256


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A seed in [0, 2**31) for a purpose, the same on every machine.

    Args:
        seed: of the whole.
        purpose: what it is for, such as ("trial", 3).
    """
    digest = sha256(repr((seed, *purpose)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
