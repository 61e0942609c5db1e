"""The Python API: a study and its model, for notebooks and programs.

It calls the functions that the commands call. `from lstnet_search import load_study` imports it only then, so that the
command line stays fast.
"""

from lstnet_search.api.labels import predict
from lstnet_search.api.study import Best, Study, load_study
from lstnet_search.errors import InputError

__all__ = ["Best", "InputError", "Study", "load_study", "predict"]
