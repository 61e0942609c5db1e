"""`lstnet-search criteria` as a script: `python analysis/criteria.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="criteria")
