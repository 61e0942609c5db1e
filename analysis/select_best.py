"""`lstnet-search select-best` as a script: `python analysis/select_best.py RESULTS`."""

from lstnet_search.analysis.select_best import select_best
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(select_best)
