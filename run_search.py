"""Search LSTNet's loss weights: `python run_search.py --gpus 8`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main(command="search")
