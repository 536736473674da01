"""Reads JSON Lines, makes shingles and hashes them, with corpuskit's kernels and nothing else.

    python bare_pass.py CONFIG.json

One process for each worker, over ranges of the file that start and end at lines. Each reads a block
of lines, takes the text of each (msgspec, no other field is looked at) and has the signatures
computed; they are thrown away. CONFIG has `input`, `result`, `workers`, `num_perm`, `ngram`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

_BLOCK = 4 << 20


class _Row(msgspec.Struct):
    text: str


def main(config: dict[str, Any]) -> None:
    """Run the workers and write how many documents they saw."""
    path = config["input"]
    size = os.stat(path).st_size  # noqa: PTH116
    workers = config["workers"]
    cuts = [_line_start(path, size * i // workers) for i in range(workers)] + [size]
    context = multiprocessing.get_context("fork")
    given = [
        (path, cuts[i], cuts[i + 1], config["num_perm"], config["ngram"]) for i in range(workers)
    ]
    with context.Pool(workers) as pool:
        read = sum(pool.starmap(_pass, given, chunksize=1))
    Path(config["result"]).write_text(json.dumps({"read": read}), "utf-8")


def _line_start(path: str, at: int) -> int:
    if at == 0:
        return 0
    with Path(path).open("rb") as stream:
        stream.seek(at - 1)
        stream.readline()
        return stream.tell()


def _pass(path: str, start: int, stop: int, num_perm: int, ngram: int) -> int:
    from corpuskit.kernels import shingles
    from corpuskit.kernels.buffers import text_buffers

    a, b = shingles.permutations(num_perm)
    decode = msgspec.json.Decoder(_Row).decode_lines
    seen = 0
    with Path(path).open("rb") as stream:
        stream.seek(start)
        while (at := stream.tell()) < stop:
            block = stream.read(min(_BLOCK, stop - at))
            block += stream.readline() if not block.endswith(b"\n") else b""
            texts = pa.array([row.text for row in decode(block)], pa.string())
            out = np.empty((len(texts), num_perm), np.uint32)
            shingles.signatures(*text_buffers(texts), ngram, a, b, out)
            seen += len(texts)
    return seen


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
