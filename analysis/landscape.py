"""`lstnet-search landscape` as a script: `python analysis/landscape.py RESULTS`."""

from lstnet_search.analysis.landscape import landscape
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(landscape)
