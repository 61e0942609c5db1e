"""`lstnet-search table2-table` as a script: `python analysis/table2.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="table2-table")
