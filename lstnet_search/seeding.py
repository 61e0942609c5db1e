"""A separate seed for each purpose, so that drawing more numbers for one purpose does not affect the others."""

from hashlib import sha256


def derive_seed(seed: int, *purpose: str | int) -> int:
    """Derive a seed in [0, 2**31) for a purpose; it is the same on every machine.

    Args:
        seed: the seed of the whole search or training.
        purpose: what the derived seed is for, such as ("trial", 3).
    """
    digest = sha256(repr((seed, *purpose)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
