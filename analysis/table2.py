"""`lstnet-search table2` as a script: `python analysis/table2.py RESULTS`."""

from lstnet_search.analysis.table2 import table2
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(table2)
