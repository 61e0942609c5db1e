"""A few bundled images, with classifiers or as folders, for trainings that take a second."""

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.domains import Domain, DomainPair, load
from lstnet_search.domains.user_images.write_folder import write_folder
from lstnet_search.evaluation import Prepared, prepare_pair

_FOLDERS = TemporaryDirectory(prefix="few-images")
atexit.register(_FOLDERS.cleanup)


@cache
def few_in_folders() -> tuple[str, str]:
    """Two domains, for `--domains`: folders of 250 images of MNIST and of USPS, which are quickly scored."""
    folder = Path(_FOLDERS.name)
    for name in ("mnist", "usps"):
        write_folder(load(name, "bundled", folder, "train"), folder / name, 250)
    return f"mnist=folder:{folder / 'mnist'}", f"usps=folder:{folder / 'usps'}"


def prepare_few(cache: Path, *, mnist: bool = True, usps: bool = True) -> Prepared:
    """400 images of each domain with barely trained classifiers.

    Args:
        cache: folder of classifiers.
        mnist: whether MNIST has labels.
        usps: whether USPS has labels.
    """
    domains = []
    for name, labelled in (("mnist", mnist), ("usps", usps)):
        domain = load(name, "bundled", Path("nowhere"), "train").take(torch.arange(400))
        domains.append(domain if labelled else Domain(name, domain.images, None))
    config = LSTNetConfig(data="bundled", classifier_steps=10)
    return prepare_pair(DomainPair(*domains), config, torch.device("cpu"), cache)
