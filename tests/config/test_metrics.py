import pytest

from lstnet_search.config.metrics import CRITERIA, choose_metric, selectable
from lstnet_search.errors import InputError

DOMAINS = ("a", "b")


def test_the_oracle_each_criterion_and_each_of_their_directions_can_be_selected() -> None:
    names = selectable(DOMAINS)
    assert names[:3] == ("target_accuracy", "neg_entropy", "infomax")
    assert {"val_accuracy_a_to_b", "val_accuracy_b_to_a", "snd_b_to_a", "agreement_a_to_b"} <= set(names)
    assert len(set(names)) == 3 * (1 + len(CRITERIA))


def test_the_oracle_is_maximised_unless_it_cannot_be_measured() -> None:
    assert choose_metric(None, ["target_accuracy", "infomax"], DOMAINS) == "target_accuracy"
    assert choose_metric(None, ["infomax", "snd"], DOMAINS) == "infomax"
    assert choose_metric("snd", ["target_accuracy", "infomax", "snd"], DOMAINS) == "snd"


def test_a_metric_that_needs_missing_labels_is_refused() -> None:
    message = r"--select-by target_accuracy needs labels that are missing; allowed without them: infomax, snd"
    with pytest.raises(InputError, match=message):
        choose_metric("target_accuracy", ["snd", "infomax", "permuted_share_b_to_a"], DOMAINS)
