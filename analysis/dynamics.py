"""`lstnet-search dynamics` as a script: `python analysis/dynamics.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="dynamics")
