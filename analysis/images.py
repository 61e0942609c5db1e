"""`lstnet-search images` as a script: `python analysis/images.py RESULTS`."""

from lstnet_search.analysis.images import images
from lstnet_search.cli.app import run_script

if __name__ == "__main__":
    run_script(images)
