"""`lstnet-search report` as a script: `python analysis/report.py RESULTS`."""

from lstnet_search.analysis.report import report
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(report)
