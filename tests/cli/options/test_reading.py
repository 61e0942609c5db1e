"""Options that say how images are read become settings by the domain's name."""

from pathlib import Path

import pytest

from lstnet_search.cli.options.reading import DataOptions, ReadingOptions
from lstnet_search.config import PRESETS, TrialConfig
from lstnet_search.config.reading import Reading
from lstnet_search.errors import InputError

KNOWN = ("mnist", "usps")


def test_options_that_are_not_given_change_nothing() -> None:
    assert DataOptions().domain_settings(KNOWN) == {}
    trial = PRESETS["cpu"].trial
    assert trial.reading == Reading()
    assert not {"fit", "sides", "columns", "common_classes"} & trial.model_dump().keys()


def test_a_side_is_that_of_both_domains_or_of_one() -> None:
    assert DataOptions(side=["32"]).domain_settings(KNOWN) == {"sides": {"mnist": 32, "usps": 32}}
    assert DataOptions(side=["32", "usps=20"]).domain_settings(KNOWN) == {"sides": {"mnist": 32, "usps": 20}}
    with pytest.raises(InputError, match="--side svhn=20: 'svhn' must be one of mnist, usps"):
        DataOptions(side=["svhn=20"]).domain_settings(KNOWN)
    with pytest.raises(InputError, match="--side 7 must be a whole number from 8 to 256"):
        DataOptions(side=["7"]).domain_settings(KNOWN)


def test_columns_belong_to_the_only_set_of_the_users_own_or_to_the_named_one(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").touch()
    (tmp_path / "b.parquet").touch()
    first, second = f"parquet:{tmp_path}/a.parquet", f"parquet:{tmp_path}/b.parquet"
    settings = DataOptions(domains=("mnist", first), columns=["image=photo,label=kind"]).domain_settings(KNOWN)
    assert settings["columns"] == {"a": {"image": "photo", "label": "kind"}}
    two = DataOptions(domains=(first, second), columns=["a:label=x", "b:label=y"]).domain_settings(KNOWN)
    assert two["columns"] == {"a": {"label": "x"}, "b": {"label": "y"}}
    for columns, message in (
        (["label=x"], "does not say whose columns they are; give a:label=x or b:label=x"),
        (["c:label=x"], "does not say whose columns they are"),
        (["a:colour=x"], "'colour=x' must be image=NAME, label=NAME or split=NAME"),
        (["a:label"], "'label' must be image=NAME"),
    ):
        with pytest.raises(InputError, match=message):
            DataOptions(domains=(first, second), columns=columns).domain_settings(KNOWN)
    with pytest.raises(InputError, match="give it to a domain of your own images only"):
        DataOptions(columns=["label=x"]).domain_settings(KNOWN)


def test_all_options_reach_the_reader() -> None:
    options = ReadingOptions(skip_bad=True, fit="pad", side=["48"], columns=["label=x"])
    assert options.reading("x=folder:y") == Reading(True, "pad", {"x": 48}, {"x": {"label": "x"}})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sides": {"svhn": 32}}, "sides: 'svhn' must be one of mnist, usps"),
        ({"sides": {"mnist": 300}}, "sides.mnist=300 must be <= 256"),
        ({"columns": {"mnist": {"colour": "x"}}}, "columns.mnist.colour"),
        ({"fit": "squeeze"}, "fit='squeeze' must be one of 'stretch', 'crop' or 'pad'"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrialConfig.parse(settings, "x.yaml")
