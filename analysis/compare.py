"""`lstnet-search compare` as a script: `python analysis/compare.py RESULTS`."""

from lstnet_search.analysis.compare import compare
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(compare)
