"""``python -m mappa``."""

from mappa.commands import main

if __name__ == "__main__":
    main()
