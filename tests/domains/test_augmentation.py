import pytest
import torch
from torch import Tensor

from lstnet_search.domains import Augmentation, to_unit_range
from lstnet_search.domains.augmentation import transform

# 0, 51, 102, 153, 204, 255 are -1, -0.6, -0.2, 0.2, 0.6, 1 in unit range.


def moved(
    pixels: list[list[int]],
    angle: float = 0.0,
    factor: float = 1.0,
    x: float = 0.0,
    y: float = 0.0,
    shear: float = 0.0,
    stretch: float = 1.0,
    brightness: float = 1.0,
) -> Tensor:
    images = torch.tensor(pixels, dtype=torch.uint8)[None, None]
    settings = (torch.tensor([value]) for value in (angle, factor, x, y, shear, stretch, brightness))
    return transform(images, *settings)[0, 0]


def levels(image: Tensor) -> list[list[float]]:
    """An image in the range 0 to 255, rounded."""
    return [[round(value, 3) for value in row] for row in ((image.double() + 1) * 127.5).tolist()]


def random_images(count: int = 64, channels: int = 1, side: int = 28) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.randint(0, 256, (count, channels, side, side), generator=generator, dtype=torch.uint8)


def test_quarter_turn_is_clockwise() -> None:
    turned = moved([[0, 51, 102], [10, 20, 30], [153, 204, 255]], angle=90)
    assert torch.allclose(turned, to_unit_range(torch.tensor([[153, 10, 0], [204, 20, 51], [255, 30, 102]])), atol=1e-4)


def test_shift_moves_right_and_down_and_fills_with_exactly_minus_1() -> None:
    shifted = moved([[50, 100, 150], [200, 250, 10], [20, 30, 40]], x=1, y=2)
    assert levels(shifted)[2] == pytest.approx([0, 50, 100], abs=0.01)
    assert levels(shifted)[1] == pytest.approx([0, 0, 0], abs=0.01)
    assert shifted[0].eq(-1).all()


def test_a_shift_by_half_a_pixel_gives_the_mean_of_two() -> None:
    shifted = moved([[100, 200], [0, 40]], x=0.5)
    assert levels(shifted) == [pytest.approx([50, 150], abs=0.01), pytest.approx([0, 20], abs=0.01)]


def test_enlarging_samples_nearer_to_the_centre() -> None:
    # Pixel centres are at -1.5, -0.5, 0.5, 1.5; at twice the size they sample -0.75, -0.25, 0.25, 0.75.
    enlarged = moved([[0, 80, 160, 240]] * 4, factor=2.0)
    assert levels(enlarged) == [pytest.approx([60, 100, 140, 180], abs=0.01)] * 4


def test_shrinking_leaves_background_around() -> None:
    # At half the size they sample -3, -1, 1, 3: the first and last are outside.
    shrunk = moved([[100, 100, 100, 100]] * 4, factor=0.5)
    assert levels(shrunk)[1] == pytest.approx([0, 100, 100, 0], abs=0.01)
    assert shrunk[0].eq(-1).all()


def test_a_shear_by_45_degrees_moves_each_row_by_its_height_above_the_centre() -> None:
    sheared = moved([[0, 100, 0], [0, 100, 0], [0, 100, 0]], shear=45)
    assert levels(sheared) == [pytest.approx(row, abs=0.02) for row in ([100, 0, 0], [0, 100, 0], [0, 0, 100])]


def test_stretching_changes_the_height_alone() -> None:
    stretched = moved([[0] * 4, [80] * 4, [160] * 4, [240] * 4], stretch=2.0)
    assert levels(stretched) == [pytest.approx([value] * 4, abs=0.01) for value in (60, 100, 140, 180)]


def test_brightness_multiplies_pixels_and_keeps_the_background() -> None:
    assert levels(moved([[0, 100], [200, 250]], brightness=1.2)) == [
        pytest.approx([0, 120], abs=0.01),
        pytest.approx([240, 255], abs=0.01),
    ]


def test_shift_is_applied_after_scaling() -> None:
    pixels = [[0, 0, 0, 0], [0, 200, 200, 0], [0, 200, 200, 0], [0, 0, 0, 0]]
    moved_twice = moved(pixels, factor=0.5, x=1)
    assert levels(moved_twice)[1] == pytest.approx([0, 0, *levels(moved(pixels, factor=0.5))[1][1:3]], abs=0.01)


ALL = Augmentation(rotation=10, scale=0.1, shift=2, shear=15, stretch=0.2, brightness=0.3)


def test_no_augmentation_returns_the_exact_images() -> None:
    images = random_images()
    unchanged = Augmentation(0, 0, 0).apply(images, torch.Generator().manual_seed(0))
    assert torch.equal(unchanged, to_unit_range(images))


def test_result_never_leaves_the_range() -> None:
    images = torch.full((256, 1, 28, 28), 255, dtype=torch.uint8)  # the four bilinear weights can sum to more than 1
    result = Augmentation(10, 0.1, 2).apply(images, torch.Generator().manual_seed(0))
    assert result.min() == -1
    assert result.max() == 1


def settings_of(augmentation: Augmentation, monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """What 2000 images draw, in the order of `transform`."""
    seen: list[Tensor] = []

    def record(images: Tensor, *settings: Tensor) -> Tensor:
        seen.extend(settings)
        return images

    monkeypatch.setattr("lstnet_search.domains.augmentation.transform", record)
    augmentation.apply(random_images(count=2000, side=2), torch.Generator().manual_seed(0))
    return seen


def test_draws_are_uniform_between_their_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = [(-10.0, 10.0), (0.9, 1.1), (-2.0, 2.0), (-2.0, 2.0), (-15.0, 15.0), (0.8, 1.2), (0.7, 1.3)]
    drawn = settings_of(ALL, monkeypatch)
    for values, (low, high) in zip(drawn, bounds, strict=True):
        edge = 0.01 * (high - low)
        assert low <= values.min() < low + edge
        assert high - edge < values.max() <= high
        assert values.histc(4, low, high).tolist() == pytest.approx([500] * 4, abs=100)


def test_the_draws_of_an_image_are_uncorrelated(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = torch.stack(settings_of(ALL, monkeypatch))
    assert (drawn.corrcoef() - torch.eye(7)).abs().max() < 0.1


def test_a_bound_of_zero_does_not_change_the_other_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    angles, factors, *shifts = settings_of(Augmentation(rotation=0, scale=0.1, shift=2), monkeypatch)
    _, *others = settings_of(Augmentation(rotation=10, scale=0.1, shift=2), monkeypatch)
    assert angles.eq(0).all()
    assert all(torch.equal(x, y) for x, y in zip((factors, *shifts), others, strict=True))


def test_all_channels_of_an_image_are_transformed_alike() -> None:
    images = random_images(count=8).expand(8, 3, 28, 28)
    result = Augmentation(10, 0.1, 2).apply(images, torch.Generator().manual_seed(0))
    assert torch.equal(result[:, 0], result[:, 1])
    assert torch.equal(result[:, 0], result[:, 2])


def test_each_image_has_its_own_draw() -> None:
    images = random_images(count=1).expand(8, 1, 28, 28)
    result = Augmentation(10, 0.1, 2).apply(images, torch.Generator().manual_seed(0))
    assert len({image.sum().item() for image in result}) == 8
