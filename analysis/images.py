"""`lstnet-search images` as a script: `python analysis/images.py RESULTS`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="images")
