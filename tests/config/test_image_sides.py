import pytest

from lstnet_search.config.image_sides import side_for


@pytest.mark.parametrize(
    ("size", "side"),
    [((5, 9), 14), ((15, 15), 16), ((14, 22), 28), ((22, 16), 28), ((21, 3), 16), ((30, 30), 32), ((480, 640), 32)],
)
def test_images_get_the_side_nearest_to_their_longer_one_and_the_larger_of_a_tie(
    size: tuple[int, int], side: int
) -> None:
    assert side_for(*size) == side
