"""`lstnet-search select-best` as a script: `python analysis/select_best.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="select-best")
