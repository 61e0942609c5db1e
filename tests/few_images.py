"""A few bundled images with classifiers, for trainings that take a second."""

from pathlib import Path

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair, load
from lstnet_search.evaluation import Prepared, prepare_pair


def prepare_few(cache: Path, *, mnist: bool = True, usps: bool = True) -> Prepared:
    """400 images of each domain with hardly trained classifiers.

    Args:
        cache: folder of classifiers.
        mnist: whether MNIST has labels.
        usps: whether USPS has labels.
    """
    domains = []
    for name, labelled in (("mnist", mnist), ("usps", usps)):
        domain = load(name, "bundled", Path("nowhere"), "train").take(torch.arange(400))
        domains.append(domain if labelled else Domain(name, domain.images, None))
    config = TrialConfig(data="bundled", classifier_steps=10)
    return prepare_pair(DomainPair(*domains), config, torch.device("cpu"), cache)
