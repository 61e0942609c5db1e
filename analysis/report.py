"""`lstnet-search report` as a script: `python analysis/report.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="report")
