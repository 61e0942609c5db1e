"""CoGAN: one noise makes an image of each domain, and labels of one domain hold for the other (Liu and Tuzel 2016)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import CoGANConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, exact, placed, seeded, update
from lstnet_search.methods.cogan_networks import NOISE, PairDiscriminator, PairGenerator, pair_shapes
from lstnet_search.methods.objective import ADVERSARIAL, adversarial_value, told_right
from lstnet_search.methods.per_direction import Adaptation
from lstnet_search.seeding import derive_seed

GAME = ADVERSARIAL["non_saturating"]


class CoGANAdaptation(Adaptation):
    """One direction of CoGAN; the discriminator goes first, both on every batch."""

    names = ("loss_game", "generator_loss_game", "loss_classification", "loss_similarity", "discriminator_accuracy")
    noise = ((NOISE,),)

    def __init__(
        self,
        config: CoGANConfig,
        problem: Problem,
        source: int,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build the networks that are to label images of domain `source`."""
        self._autocast = autocast
        self.weights = config.weights
        self._source = source
        shapes = pair_shapes(problem.shapes)
        generator = seeded(derive_seed(config.seed, "generator", source), lambda: PairGenerator(shapes, config.width))
        discriminator = seeded(
            derive_seed(config.seed, "labeller", source), lambda: PairDiscriminator(shapes, problem.classes)
        )
        self.generator = placed(generator, device)
        self.network: PairDiscriminator = placed(discriminator, device)
        self.others = {"generator": self.generator}
        self.optimisers = {
            "labeller": adam(self.network, config, weight_decay=config.weight_decay),
            "generator": adam(self.generator, config, weight_decay=config.weight_decay),
        }

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update the discriminator, then the generator; see `Adaptation`.

        The game is of both domains: the sum of its batch means, in nats. The similarity is the squared distance
        between the features of a pair, mean over pairs.
        """
        net = self.network
        with self._autocast():
            made = self.generator(noise[0])
            real = {self._source: net.fit(images, self._source), 1 - self._source: net.fit(labelled, 1 - self._source)}
            features = [net.features(torch.cat((real[each], made[each].detach())), each) for each in (0, 1)]
            logits = [exact(net.real(each)).squeeze(1).chunk(2) for each in features]
            read = net.classes(features[1 - self._source].chunk(2)[0])
        classification = F.cross_entropy(exact(read), labels)
        first, second = (exact(each).chunk(2)[1] for each in features)
        similarity = (first - second).square().sum(1).mean()
        game = torch.stack([GAME.discriminator(*each) for each in logits]).sum()
        weights = self.weights
        loss = game + weights["classification"] * classification + weights["similarity"] * similarity
        update(self.optimisers["labeller"], loss)

        net.requires_grad_(False)
        with self._autocast():
            said = [exact(net.real(net.features(made[each], each))).squeeze(1) for each in (0, 1)]
        net.requires_grad_(True)
        fooling = torch.stack([GAME.image_generator(each) for each in said]).sum()
        update(self.optimisers["generator"], fooling)
        with torch.no_grad():
            value = torch.stack([adversarial_value(*each) for each in logits]).sum()
            accuracy = torch.stack([told_right(*each) for each in logits]).mean()
        return torch.stack((value, fooling, classification, similarity, accuracy)).detach()
