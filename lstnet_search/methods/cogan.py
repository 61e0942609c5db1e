"""CoGAN: the same noise makes an image of each domain, so that one domain's labels serve both (Liu and Tuzel 2016)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import CoGANConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, at_least_float32, build_seeded, on_device, update
from lstnet_search.methods.cogan_networks import NOISE, PairDiscriminator, PairGenerator, pair_shapes
from lstnet_search.methods.objective import ADVERSARIAL, adversarial_value, discriminator_accuracy
from lstnet_search.methods.per_direction import Adaptation
from lstnet_search.seeding import derive_seed

ADVERSARIAL_LOSS = ADVERSARIAL["non_saturating"]


class CoGANAdaptation(Adaptation):
    """One direction of CoGAN. On every batch, the discriminator is updated first, then the generator."""

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
        """Build the networks for labelling images of domain `source`."""
        self._autocast = autocast
        self.weights = config.weights
        self._source = source
        shapes = pair_shapes(problem.shapes)
        generator = build_seeded(
            derive_seed(config.seed, "generator", source), lambda: PairGenerator(shapes, config.width)
        )
        discriminator = build_seeded(
            derive_seed(config.seed, "labeller", source), lambda: PairDiscriminator(shapes, problem.classes)
        )
        self.generator = on_device(generator, device)
        self.network: PairDiscriminator = on_device(discriminator, device)
        self.other_networks = {"generator": self.generator}
        self.optimisers = {
            "labeller": adam(self.network, config, weight_decay=config.weight_decay),
            "generator": adam(self.generator, config, weight_decay=config.weight_decay),
        }

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update the discriminator, then the generator; see `Adaptation`.

        The adversarial loss ("game") covers both domains: it is the sum of their batch means, in nats. The similarity
        is the squared distance between the features of the two images of a pair, averaged over pairs.
        """
        net, source, target = self.network, self._source, 1 - self._source
        with self._autocast():
            generated = self.generator(noise[0])
            real = {source: net.as_input(images, source), target: net.as_input(labelled, target)}
            features = [
                net.features(torch.cat((real[domain], generated[domain].detach())), domain) for domain in (0, 1)
            ]
            logits = [at_least_float32(net.real(each)).squeeze(1).chunk(2) for each in features]
            class_logits = net.classes(features[target].chunk(2)[0])
        classification = F.cross_entropy(at_least_float32(class_logits), labels)
        first, second = (at_least_float32(each).chunk(2)[1] for each in features)
        similarity = (first - second).square().sum(1).mean()
        discriminating = torch.stack([ADVERSARIAL_LOSS.discriminator(*each) for each in logits]).sum()
        weights = self.weights
        loss = discriminating + weights["classification"] * classification + weights["similarity"] * similarity
        update(self.optimisers["labeller"], loss)

        net.requires_grad_(False)
        with self._autocast():
            generated_logits = [
                at_least_float32(net.real(net.features(generated[domain], domain))).squeeze(1) for domain in (0, 1)
            ]
        net.requires_grad_(True)
        generating = torch.stack([ADVERSARIAL_LOSS.image_generator(each) for each in generated_logits]).sum()
        update(self.optimisers["generator"], generating)
        with torch.no_grad():
            value = torch.stack([adversarial_value(*each) for each in logits]).sum()
            accuracy = torch.stack([discriminator_accuracy(*each) for each in logits]).mean()
        return torch.stack((value, generating, classification, similarity, accuracy)).detach()
