"""Published results, with our names for the directions: `a_to_b` uses images of a and labels of b.

The paper's Table 2 mixes both naming conventions. Here equal names mean equal tasks.
"""

from dataclasses import dataclass

LABELS_MNIST = "usps_to_mnist"
"""Labels of MNIST, tested on USPS: "USPS→MNIST" in the paper, "MNIST→USPS" in the rest of the literature."""

LABELS_USPS = "mnist_to_usps"
"""Labels of USPS, tested on MNIST: "MNIST→USPS" in the paper, "USPS→MNIST" in the rest of the literature."""


@dataclass(frozen=True)
class Published:
    """Test accuracies that a method's authors or the LSTNet paper published.

    Attributes:
        name: Display name of the method.
        accuracies: Accuracies in [0, 1], by direction.
        protocol: What is known about the data splits.
    """

    name: str
    accuracies: dict[str, float]
    protocol: str = "as printed"


PUBLISHED = {
    "lstnet": Published("LSTNet", {LABELS_MNIST: 0.9701, LABELS_USPS: 0.9761}),
    "unit": Published("UNIT", {LABELS_MNIST: 0.9597, LABELS_USPS: 0.9358}),
    "cogan": Published("CoGAN", {LABELS_MNIST: 0.9565, LABELS_USPS: 0.9315}, "USPS 7438/1860"),
    "deepjdot": Published("DeepJDOT", {LABELS_MNIST: 0.957, LABELS_USPS: 0.964}),
    "no_translation": Published("no translation", {}, "not printed"),
}
"""Our name for a method -> its published results."""
