from hypothesis import given
from hypothesis import strategies as st

from lstnet_search.seeding import derive_seed


def test_a_seed_is_the_same_on_every_machine() -> None:
    # The first 31 bits of the SHA-256 of "(0, 'trial', 3)".
    assert derive_seed(0, "trial", 3) == 1185290901


@given(seed=st.integers(0, 2**31 - 1), purpose=st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=3))
def test_a_derived_seed_has_31_bits(seed: int, purpose: list[str | int]) -> None:
    assert 0 <= derive_seed(seed, *purpose) < 2**31


def test_each_purpose_has_its_own_seed() -> None:
    purposes = [(), ("trial",), ("trial", 0), ("trial", 1), ("trial", "1"), ("split", 1)]
    assert len({derive_seed(seed, *purpose) for seed in range(3) for purpose in purposes}) == 3 * len(purposes)
