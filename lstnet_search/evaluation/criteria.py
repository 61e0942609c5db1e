"""Criteria that tell good translators from poor ones without a label of the translated images.

P are class probabilities (n, K): softmax outputs of the target's classifier on translated
images. Higher is better throughout. "Unsupervised Domain Adaptation: A Reality Check"
(Musgrave et al., arXiv 2111.15672) compares most of them.
"""

import warnings

import torch
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_mutual_info_score
from torch import Tensor
from torch.nn import functional as F

SND_TEMPERATURE = 0.05
MATRIX_ROWS = 2000
"""Images at most of which an n × n matrix is made."""


def neg_entropy(probabilities: Tensor) -> float:
    """Mean over images of Σ p log p, in [-log K, 0]; 0 where every label is certain.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return -float(torch.special.entr(probabilities).sum(1).mean())


def infomax(probabilities: Tensor) -> float:
    """Entropy of the mean row plus `neg_entropy`, in [0, log K]: certain labels, of every class.

    The mutual information of images and labels, as pytorch-adapt's IM has it.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return float(torch.special.entr(probabilities.mean(0)).sum()) + neg_entropy(probabilities)


def bnm(probabilities: Tensor) -> float:
    """Nuclear norm over n, in [1 / √(nK), √(K / n)]: certain labels, of many classes (Cui et al. 2020).

    Comparable only among equal numbers of images, as the trials of a search have them.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return float(torch.linalg.matrix_norm(probabilities, ord="nuc")) / len(probabilities)


def snd(probabilities: Tensor) -> float:
    """Soft neighbourhood density, in [0, log(n - 1)] (Saito et al. 2021).

    Mean entropy of each image's similarities to all others: softmax of cosines over 0.05.

    Args:
        probabilities: (n, K), rows of sum 1; of a single image, which has no neighbour, 0.
    """
    if len(probabilities) == 1:
        return 0.0
    rows = F.normalize(probabilities, dim=1)
    similarities = (rows @ rows.T / SND_TEMPERATURE).fill_diagonal_(-torch.inf).softmax(1)
    return float(torch.special.entr(similarities).sum(1).mean())


def class_ami(features: Tensor, predictions: Tensor, classes: int, seed: int = 0) -> float:
    """Adjusted mutual information of labels given and clusters of features, at most 1 (Musgrave et al. 2022).

    Args:
        features: the classifier's last hidden ones, (n, D).
        predictions: labels given, (n,).
        classes: K, as many clusters as are sought.
        seed: of where k-means starts.

    Returns:
        About 0 where clusters and labels have nothing to do with each other. 0 too where all
        labels are equal: a translator that makes every image the same would else score 1.
    """
    given = predictions.cpu().numpy()
    if (given == given[0]).all():
        return 0.0
    means = KMeans(min(classes, len(given)), n_init=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct images than clusters
        # Doubles: sums in another order then move no image to another cluster.
        clusters = means.fit_predict(features.double().cpu().numpy())
    return float(adjusted_mutual_info_score(given, clusters))


def round_trip(logits: Tensor, labels: Tensor) -> float:
    """Share of labelled images that their own classifier labels right once there and back, in [0, 1].

    The only labels that this reads are those which the classifier itself was trained with.

    Args:
        logits: of images that were translated there and back, (n, K).
        labels: of the images, (n,).
    """
    return float((logits.argmax(1) == labels).double().mean())


def agreement(table: Tensor) -> float:
    """Share of images labelled alike after translation and after plain resizing, in [0, 1].

    Args:
        table: counts, (K, K), label after resizing × label after translation.
    """
    return float(table.diagonal().sum().double() / table.sum())
