"""``python -m corpuskit`` equals ``corpuskit``."""

from corpuskit.cli.main import main

if __name__ == "__main__":
    main()
