"""`lstnet-search landscape` as a script: `python analysis/landscape.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="landscape")
