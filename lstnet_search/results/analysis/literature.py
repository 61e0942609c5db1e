"""What was published, under our names of directions: labels of b, images of a in `a_to_b`.

The paper's Table 2 puts figures of both conventions side by side; here like stands with like.
"""

from dataclasses import dataclass

LABELS_MNIST = "usps_to_mnist"
"""MNIST's labels, tested on USPS: "USPS→MNIST" in the paper, "MNIST→USPS" in the rest of the literature."""

LABELS_USPS = "mnist_to_usps"
"""USPS' labels, tested on MNIST: "MNIST→USPS" in the paper, "USPS→MNIST" in the rest of the literature."""


@dataclass(frozen=True)
class Published:
    """Test accuracies that a method's authors, or the paper, print.

    Attributes:
        name: for people.
        accuracies: in [0, 1], by direction.
        protocol: what is known of the splits.
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
"""By our name of the method."""
