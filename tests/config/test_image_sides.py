import pytest

from lstnet_search.config.image_sides import side_for


@pytest.mark.parametrize(
    ("sizes", "side"),
    [
        ({(28, 28): 3}, 28),
        ({(5, 7): 1}, 8),
        ({(64, 64): 9}, 64),
        ({(40, 60): 9}, 60),
        ({(480, 640): 1}, 64),
        ({(28, 28): 6, (28, 30): 1}, 28),
        ({(20, 20): 2, (30, 10): 1, (50, 40): 2}, 30),
        ({}, 8),
    ],
)
def test_images_get_the_median_of_their_longer_sides_from_8_to_64(sizes: dict[tuple[int, int], int], side: int) -> None:
    assert side_for(sizes) == side
