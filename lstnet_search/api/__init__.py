"""The Python API: a study and its model, for notebooks and programs.

It calls the same functions as the commands. `from lstnet_search import load_study` imports it on first use, so that the
command line starts fast.
"""

from lstnet_search.api.labels import predict
from lstnet_search.api.study import Best, Study, load_study
from lstnet_search.errors import InputError

__all__ = ["Best", "InputError", "Study", "load_study", "predict"]
