r"""text-dedup's own command over one file.

    python textdedup_minhash.py CONFIG.json

As it is, the command cuts texts at `\W` and takes word 5-grams: a Japanese sentence is a few
"words", so that it hashes far less than the others. With `characters`, its splitter is replaced by
one that gives the characters; everything else stays. Of its two hash functions the faster one is
chosen, and 32 bits. CONFIG has `input`, `output`, `work`, `result`, `workers`, `bands`, `rows`,
`ngram`, `characters`, and `decide`: to end when its clusters are known, before it looks up each
document's and makes the data set without the others.
"""

from __future__ import annotations

import contextlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasets import load_from_disk  # type: ignore[import-not-found]
from text_dedup import minhash  # type: ignore[import-not-found]


class _Characters:
    """Stands where the pattern that cuts words stands."""

    @staticmethod
    def split(text: str) -> list[str]:
        return list(text)


class _DecidedError(Exception):
    """It is known which documents go."""


class _Timer(minhash.Timer):  # type: ignore[misc]
    """text-dedup's own timer, which is told of each of its stages; stops it before "Filtering"."""

    def __call__(self, name: str) -> Any:
        if name == "Filtering":
            raise _DecidedError
        return super().__call__(name)


def main(config: dict[str, Any]) -> None:
    """Run the command in this process, then count what it kept."""
    if config["characters"]:
        minhash.NON_ALPHA = _Characters()
    bands, rows = config["bands"], config["rows"]
    options = {
        "path": "json",
        "data_files": config["input"],
        "split": "train",
        "cache_dir": str(Path(config["work"]) / "cache"),
        "output": config["output"],
        "num_proc": config["workers"],
        "column": "text",
        "ngram": config["ngram"],
        "min_length": config["ngram"],
        "num_perm": bands * rows,
        "b": bands,
        "r": rows,
        "hash_func": "xxh3",
        "hash_bits": 32,
    }
    arguments = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    if config["decide"]:
        minhash.Timer = _Timer
        with contextlib.suppress(_DecidedError):
            minhash.main.main(args=arguments, standalone_mode=False)
        kept = None
    else:
        minhash.main.main(args=arguments, standalone_mode=False)
        kept = len(load_from_disk(config["output"]))
    result = {"kept": kept, "version": version("text-dedup")}
    Path(config["result"]).write_text(json.dumps(result), "utf-8")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
