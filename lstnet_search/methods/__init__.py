"""The methods that can be trained: networks, objectives, training steps. The training loop is in `training`."""

from lstnet_search.methods.base import Method, Problem
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.registry import build_method, build_network, translates
from lstnet_search.methods.resizing import Resizing

__all__ = ["Labeller", "Method", "Problem", "Resizing", "build_method", "build_network", "translates"]
