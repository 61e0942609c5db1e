import pytest
import torch
from torch import Tensor

from lstnet_search.domains import Augmentation, Batches, Domain, DomainPair, Inputs, to_unit_range

CPU = torch.device("cpu")
STILL = Augmentation(rotation=0, scale=0, shift=0)
MOVING = Augmentation(rotation=10, scale=0.1, shift=2)


def numbered(name: str, count: int, side: int = 8, channels: int = 1) -> Domain:
    """Images whose pixels all have the value of their index."""
    images = torch.arange(count, dtype=torch.uint8).view(count, 1, 1, 1).expand(count, channels, side, side)
    return Domain(name, images.contiguous(), None)


def batches(
    augmentation: Augmentation = MOVING, batch_size: int = 4, counts: tuple[int, int] = (10, 7), seed: int = 0
) -> Batches:
    pair = DomainPair(numbered("mnist", counts[0]), numbered("usps", counts[1], side=6, channels=3))
    return Batches(pair, batch_size, augmentation, CPU, seed)


def draws(source: Batches, count: int) -> list[Tensor]:
    return [x for _ in range(count) for x in source.draw()]


def equal(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(first, second, strict=True))


def numbers(x: Tensor) -> list[int]:
    """The indices of the images in a batch of `numbered` ones."""
    return ((x[:, 0, 0, 0] + 1) * 127.5).round().int().tolist()


def test_batches_are_float_images_in_range_and_channels_last() -> None:
    x_a, x_b = batches().draw()
    assert x_a.shape == (4, 1, 8, 8)
    assert x_b.shape == (4, 3, 6, 6)
    for x in (x_a, x_b):
        assert x.dtype == torch.float32
        assert x.is_contiguous(memory_format=torch.channels_last)
        assert x.min() >= -1
        assert x.max() <= 1


def test_every_image_is_drawn_once_before_any_is_drawn_again() -> None:
    source = batches(STILL, batch_size=4, counts=(10, 7))
    both = [source.draw() for _ in range(35)]  # 140 draws: 14 passes over 10 images, 20 over 7
    for index, count in ((0, 10), (1, 7)):
        walk = [number for drawn in both for number in numbers(drawn[index])]
        passes = [tuple(walk[start : start + count]) for start in range(0, 140, count)]
        assert all(sorted(each) == list(range(count)) for each in passes)
        assert len(set(passes)) == len(passes)  # no two passes have the same order


def test_batch_larger_than_the_domain_is_full() -> None:
    x_a, _ = batches(STILL, batch_size=25, counts=(10, 7)).draw()
    assert sorted(numbers(x_a)[:20]) == sorted([*range(10)] * 2)
    assert len(x_a) == 25


def test_images_are_unchanged_without_augmentation() -> None:
    source = batches(STILL, batch_size=10)
    x_a, _ = source.draw()
    assert torch.equal(x_a, to_unit_range(numbered("mnist", 10).images[numbers(x_a)]))


def test_same_seed_same_bits() -> None:
    assert equal(draws(batches(), 6), draws(batches(), 6))


def test_other_seed_other_draws() -> None:
    assert numbers(batches(STILL, seed=0, batch_size=10).draw()[0]) != numbers(
        batches(STILL, seed=1, batch_size=10).draw()[0]
    )


def test_domains_draw_independently() -> None:
    small, large = batches(counts=(10, 7)), batches(counts=(10, 90))
    assert all(torch.equal(small.draw()[0], large.draw()[0]) for _ in range(6))


def test_domains_of_one_size_walk_in_different_orders() -> None:
    x_a, x_b = batches(STILL, batch_size=10, counts=(10, 10)).draw()
    assert numbers(x_a) != numbers(x_b)


def test_augmentation_does_not_change_the_order() -> None:
    source, still = batches(Augmentation(0, 0.0, 0.01)), batches(STILL)
    centre = [((source.draw()[0][:, 0, 4, 4] + 1) * 127.5).round().int().tolist() for _ in range(6)]
    assert centre == [numbers(still.draw()[0]) for _ in range(6)]


def test_global_randomness_is_neither_used_nor_changed() -> None:
    before = torch.get_rng_state()
    first = draws(batches(), 4)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    assert equal(first, draws(batches(), 4))
    torch.set_rng_state(before)


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_resumed_draws_equal_uninterrupted_ones(steps: int) -> None:
    uninterrupted, interrupted = batches(), batches()
    draws(uninterrupted, steps)
    draws(interrupted, steps)
    state = interrupted.state_dict()
    draws(interrupted, 3)  # later draws must not change the saved state
    resumed = batches(seed=99)
    resumed.load_state_dict(state)
    assert equal(draws(resumed, 8), draws(uninterrupted, 8))


def test_state_holds_tensors_only() -> None:
    state = batches().state_dict()
    assert {name: value.dtype for name, value in state.items()} == {
        f"{prefix}.{name}": dtype
        for prefix in ("a", "b")
        for name, dtype in {
            "permutation": torch.int64,
            "position": torch.int64,
            "order_generator": torch.uint8,
            "augmentation_generator": torch.uint8,
        }.items()
    }


def test_state_of_other_data_is_refused() -> None:
    with pytest.raises(
        ValueError, match="the state was saved with 10 images, but mnist has 11; resume with the same data"
    ):
        batches(counts=(11, 7)).load_state_dict(batches(counts=(10, 7)).state_dict())


@pytest.mark.gpu
@pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype")
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_draws_are_those_of_the_cpu_and_never_wait_for_the_device() -> None:
    pair = DomainPair(numbered("mnist", 200), numbered("usps", 90))
    on_cpu = Batches(pair, 64, MOVING, CPU, seed=0)
    on_cuda = Batches(pair, 64, MOVING, torch.device("cuda"), seed=0)
    torch.cuda.set_sync_debug_mode("error")
    try:
        drawn = draws(on_cuda, 8)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for x, expected in zip(drawn, draws(on_cpu, 8), strict=True):
        torch.testing.assert_close(x.cpu(), expected, atol=1e-4, rtol=0)


def labelled_batches(inputs: Inputs, seed: int = 0, batch_size: int = 6) -> Batches:
    """Batches of `numbered` images: the first 8 of MNIST's 10 have class 0; USPS is unlabelled."""
    mnist = numbered("mnist", 10)
    labels = torch.tensor([0] * 8 + [1, 2])
    pair = DomainPair(Domain("mnist", mnist.images, labels, classes=3), Domain("usps", mnist.images, None, classes=3))
    return Batches(pair, batch_size, STILL, CPU, seed, inputs)


def test_labelled_images_have_their_labels_and_are_drawn_separately() -> None:
    x_a, _, images, labels = labelled_batches(Inputs(labelled=(0,))).draw()
    assert labels.tolist() == [max(0, number - 7) for number in numbers(images)]
    assert numbers(x_a) != numbers(images)
    plain = labelled_batches(Inputs()).draw()
    assert torch.equal(plain[0], x_a), "unlabelled draws must not depend on labels"


def test_balanced_batches_and_parts_of_them_have_equally_many_of_each_class() -> None:
    source = labelled_batches(Inputs(labelled=(0,), balanced=True), batch_size=12)
    counts = torch.zeros(3)
    for _ in range(100):
        *_, images, labels = source.draw()
        assert labels.bincount().tolist() == [4, 4, 4]
        assert labels.tolist() == [max(0, number - 7) for number in numbers(images)]
        counts += labels[:6].bincount(minlength=3)
    assert counts.max() - counts.min() < 100


def test_the_first_classes_get_the_rest_of_a_balanced_batch() -> None:
    *_, labels = labelled_batches(Inputs(labelled=(0,), balanced=True), batch_size=8).draw()
    assert labels.bincount().tolist() == [3, 3, 2]


def test_noise_has_its_shapes_and_continues_after_a_resume() -> None:
    inputs = Inputs(labelled=(0,), balanced=True, noise=((5,), (2, 3, 3)))
    source = labelled_batches(inputs)
    first = source.draw()
    assert [tuple(each.shape) for each in first[4:]] == [(6, 5), (6, 2, 3, 3)]
    state = source.state_dict()
    expected = source.draw()
    resumed = labelled_batches(inputs, seed=1)
    resumed.load_state_dict(state)
    assert equal([*expected], [*resumed.draw()])
    assert not torch.equal(expected[4], first[4])
