"""`python -m lstnet_search COMMAND`."""

from lstnet_search.cli import main

if __name__ == "__main__":
    main()
