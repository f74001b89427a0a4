"""``python -m hpsearch.cli`` is the same as ``hpsearch``."""

from hpsearch.cli.main import main

if __name__ == "__main__":
    main()
