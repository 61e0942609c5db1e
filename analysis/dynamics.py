"""`lstnet-search dynamics` as a script: `python analysis/dynamics.py RESULTS`."""

from lstnet_search.analysis.dynamics import dynamics
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(dynamics)
