import pytest
import torch

from lstnet_search.evaluation.latent_probe import latent_probe


def noise(seed: int, count: int = 400, features: int = 5) -> torch.Tensor:
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed))


def test_domains_on_both_sides_of_a_plane_are_told_apart() -> None:
    shift = torch.tensor([0.0, 0.0, 9.0, 0.0, 0.0])
    assert latent_probe(noise(0), noise(1) + shift) == 1.0


def test_domains_of_one_distribution_are_told_apart_half_the_time() -> None:
    assert latent_probe(noise(0), noise(1)) == pytest.approx(0.5, abs=0.1)  # standard deviation: 0.025


def test_equal_latents_are_told_apart_exactly_half_the_time() -> None:
    assert latent_probe(torch.ones(6, 3), torch.ones(6, 3)) == 0.5


def test_memorised_latents_do_not_count() -> None:
    # With more features than latents, every fit is perfect on the half that it was fitted to.
    assert latent_probe(noise(0, 40, 500), noise(1, 40, 500)) == pytest.approx(0.5, abs=0.25)
