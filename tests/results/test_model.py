from pathlib import Path

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.models import ImageShape
from lstnet_search.results.model import TrainedModel, build_networks, read_model, write_model

SHAPES = (ImageShape(1, 28), ImageShape(1, 16))


def test_a_model_comes_back_without_the_classifier_that_it_does_not_have(tmp_path: Path) -> None:
    config = TrialConfig(width=1 / 64)
    translator, (classifier, _) = build_networks(config, SHAPES, 10)
    write_model(tmp_path / "m", TrainedModel(config, SHAPES, 10, translator, (classifier, None), {"step": 3}))
    model = read_model(tmp_path / "m")
    images = torch.zeros(2, 1, 28, 28)
    assert torch.equal(model.translator.translate(images, 0), translator.translate(images, 0))
    assert model.classifiers[0] is not None
    assert torch.equal(model.classifiers[0](images), classifier(images))
    assert model.classifiers[1] is None
    assert model.about == {"step": 3}
