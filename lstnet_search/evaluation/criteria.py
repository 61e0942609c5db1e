"""Criteria that tell good translators from poor ones without labels of the translated images.

Probabilities (n, K) are softmax outputs of the target domain's classifier on translated images. Higher is always
better. "Unsupervised Domain Adaptation: A Reality Check" (Musgrave et al., arXiv 2111.15672) compares most of them.
"""

import warnings

import torch
from torch import Tensor
from torch.nn import functional as F

SND_TEMPERATURE = 0.05
MATRIX_ROWS = 2000
"""An n × n matrix is computed for at most this many images."""


def neg_entropy(probabilities: Tensor) -> float:
    """Mean over images of Σ p log p, in [-log K, 0]. It is 0 if every prediction is certain.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return -float(torch.special.entr(probabilities).sum(1).mean())


def infomax(probabilities: Tensor) -> float:
    """Entropy of the mean row plus `neg_entropy`, in [0, log K]. High if predictions are certain and of every class.

    This is the mutual information of images and predictions, like IM in pytorch-adapt.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return float(torch.special.entr(probabilities.mean(0)).sum()) + neg_entropy(probabilities)


def bnm(probabilities: Tensor) -> float:
    """Nuclear norm divided by n, in [1 / √(nK), √(K / n)] (Cui et al. 2020).

    High if predictions are certain and of many classes. Only comparable for equal n, as in the trials of a search.

    Args:
        probabilities: (n, K), rows of sum 1.
    """
    return float(torch.linalg.matrix_norm(probabilities, ord="nuc")) / len(probabilities)


def snd(probabilities: Tensor) -> float:
    """Soft neighbourhood density, in [0, log(n - 1)] (Saito et al. 2021).

    Each image's similarities to all others are the softmax of cosines divided by 0.05. Returns their mean entropy.

    Args:
        probabilities: (n, K), rows of sum 1. A single image has no neighbours and gives 0.
    """
    if len(probabilities) == 1:
        return 0.0
    rows = F.normalize(probabilities, dim=1)
    similarities = (rows @ rows.T / SND_TEMPERATURE).fill_diagonal_(-torch.inf).softmax(1)
    return float(torch.special.entr(similarities).sum(1).mean())


def class_ami(features: Tensor, predictions: Tensor, classes: int, seed: int = 0) -> float:
    """Adjusted mutual information of predictions and clusters of features, at most 1 (Musgrave et al. 2022).

    Args:
        features: last hidden features of the classifier, (n, D).
        predictions: predicted classes, (n,).
        classes: number of classes, which is also the number of clusters.
        seed: determines where k-means starts.

    Returns:
        About 0 if clusters and predictions are independent. Exactly 0 if all predictions are equal: otherwise a
        translator that makes every image the same would score 1.
    """
    from sklearn.cluster import KMeans  # takes a second, which processes that compute no criteria need not spend
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import adjusted_mutual_info_score

    predicted = predictions.cpu().numpy()
    if (predicted == predicted[0]).all():
        return 0.0
    means = KMeans(min(classes, len(predicted)), n_init=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # there may be fewer distinct images than clusters
        # In double precision, another order of summation moves no image to another cluster.
        clusters = means.fit_predict(features.double().cpu().numpy())
    return float(adjusted_mutual_info_score(predicted, clusters))


def round_trip(logits: Tensor, labels: Tensor) -> float:
    """Accuracy of a domain's own classifier on images that were translated there and back, in [0, 1].

    It uses only labels of the target domain, which has them anyway because its classifier needs them.

    Args:
        logits: logits for images that were translated there and back, (n, K).
        labels: true classes of the images, (n,).
    """
    return float((logits.argmax(1) == labels).double().mean())


def agreement(table: Tensor) -> float:
    """Share of images with the same prediction after translation as after plain resizing, in [0, 1].

    Args:
        table: counts, (K, K), prediction after resizing × prediction after translation.
    """
    return float(table.diagonal().sum().double() / table.sum())
