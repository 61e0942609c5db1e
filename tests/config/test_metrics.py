import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.metrics import CRITERIA, choose_metric, selectable
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError

DOMAINS = ("a", "b")


def test_the_oracle_each_criterion_and_each_of_their_directions_can_be_selected_by() -> None:
    names = selectable(DOMAINS)
    assert names[:3] == ("target_accuracy", "neg_entropy", "infomax")
    assert {"val_accuracy_a_to_b", "val_accuracy_b_to_a", "snd_b_to_a", "agreement_a_to_b"} <= set(names)
    assert len(set(names)) == 3 * (1 + len(CRITERIA))


def test_the_oracle_is_maximised_unless_it_cannot_be_known() -> None:
    assert choose_metric(None, ["target_accuracy", "infomax"], DOMAINS) == "target_accuracy"
    assert choose_metric(None, ["infomax", "snd"], DOMAINS) == "infomax"
    assert choose_metric("snd", ["target_accuracy", "infomax", "snd"], DOMAINS) == "snd"


def test_what_needs_labels_is_refused_without_them() -> None:
    with pytest.raises(InputError, match=r"--select-by target_accuracy needs labels .*; without them: infomax, snd"):
        choose_metric("target_accuracy", ["snd", "infomax", "permuted_share_b_to_a"], DOMAINS)


def asked(**changes: str) -> SearchConfig:
    space = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 100}}, "test")
    settings = {"preset": "cpu", "trial": PRESETS["cpu"].trial, "trials": 3, "space_file": "x", "space": space}
    return SearchConfig.parse(settings | changes, "test")


def test_a_search_is_not_gone_on_with_by_another_metric() -> None:
    asked(select_by="snd").refuse_difference(asked(select_by="snd"), "results/x")
    with pytest.raises(InputError, match="results/x was begun with select_by snd, and is asked to go on with infomax"):
        asked(select_by="snd").refuse_difference(asked(select_by="infomax"), "results/x")


def test_an_unknown_metric_is_refused_naming_those_there_are() -> None:
    with pytest.raises(InputError, match=r"--select-by loss_cc1 must be one of target_accuracy, neg_entropy, .*usps"):
        asked(select_by="loss_cc1")
