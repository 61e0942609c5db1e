"""What `from lstnet_search import …` offers, and what it costs."""

import inspect
import subprocess
import sys

import pytest

import lstnet_search


def test_the_package_offers_the_names_of_its_api() -> None:
    from lstnet_search import api

    assert lstnet_search.__all__ == api.__all__ == ["Best", "InputError", "Study", "load_study", "predict"]
    assert all(getattr(lstnet_search, name) is getattr(api, name) for name in api.__all__)
    assert set(api.__all__) <= set(dir(lstnet_search))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'lstnet_search' has no attribute 'laod_study'"):
        _ = lstnet_search.laod_study


def test_the_package_alone_imports_nothing_and_loading_a_study_imports_neither_ray_nor_plotly() -> None:
    code = inspect.cleandoc("""
        import sys
        import lstnet_search
        assert not {"torch", "pandas", "pydantic"} & sys.modules.keys()
        lstnet_search.load_study("docs/studies/mnist-usps").verdict
        assert not {"ray", "optuna", "plotly"} & sys.modules.keys()
    """)
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["Study", "load_study", "predict", "Best"])
def test_every_name_is_documented(name: str) -> None:
    assert len(inspect.getdoc(getattr(lstnet_search, name)) or "") > 60
