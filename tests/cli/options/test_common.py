from lstnet_search.cli.options.common import KNOWN_SETS
from lstnet_search.domains.registry import KNOWN_SETS as REGISTERED


def test_the_help_names_every_known_set() -> None:
    assert ", ".join(REGISTERED) == KNOWN_SETS
