"""Accuracies on images of 2x2 pixels."""

from two_by_two import Always, Brightest, Roll, brightest_at

from lstnet_search.domains import DomainPair
from lstnet_search.evaluation import round_trip_accuracy


def test_round_trips_are_labelled_by_the_domains_own_classifier(pair: DomainPair) -> None:
    # Rolled by 1 + 3 of 4 pixels, images are as before, although they were not in between.
    shares = round_trip_accuracy(Roll(1, 3), pair, (Brightest(), Always(2)))
    assert shares == {"round_trip_accuracy_a": 0.75, "round_trip_accuracy_b": 0.0}


def test_only_labelled_domains_have_a_round_trip(pair: DomainPair) -> None:
    unlabelled = DomainPair(pair.a, brightest_at("b", [0], None))
    shares = round_trip_accuracy(Roll(1, 3), unlabelled, (Brightest(), None))
    assert shares == {"round_trip_accuracy_a": 0.75}
