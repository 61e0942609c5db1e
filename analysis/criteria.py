"""`lstnet-search criteria` as a script: `python analysis/criteria.py RESULTS`."""

from lstnet_search.analysis.criteria import criteria
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(criteria)
