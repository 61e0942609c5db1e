"""`lstnet-search compare` as a script: `python analysis/compare.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="compare")
