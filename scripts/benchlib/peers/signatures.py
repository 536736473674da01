"""MinHash signatures of one tool on one core, over the same documents and shingles.

    python signatures.py < CONFIG > RESULT

Run by the interpreter of each tool's environment. CONFIG has `tool` and `variant`, `path` (JSON
Lines), `num_perm`, `ngram`, `runs`. RESULT has, of the run of median time, `seconds` with the
shingles made from the text, and `hashing` without (null for corpuskit, whose kernel does both in
one go); and `documents`, `shingles`.

Times are CPU seconds of the process, which has one core: what else runs there does not count.
Texts are strings in memory before the clock starts: Python's, and Arrow's for corpuskit. Shingles
are made and hashed for some documents at a time, so that memory holds them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

#: Characters whose shingles are in memory at a time.
_TOGETHER = 1_000_000

Shingles = list[Any]
Maker = Callable[[str, int], Any]
Hasher = Callable[[Shingles], object]


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Measure `runs` times on the first core that this process may use."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with open(asked["path"], encoding="utf-8", newline="\n") as lines:  # noqa: PTH123
        texts = [json.loads(line)["text"] for line in lines]
    tool = asked["tool"]
    measure = _corpuskit if tool == "corpuskit" else _with_strings
    found = sorted(measure(texts, asked) for _ in range(asked["runs"]))
    seconds, hashing = found[(len(found) - 1) // 2]
    n = asked["ngram"]
    return {
        "seconds": seconds,
        "hashing": None if tool == "corpuskit" else hashing,
        "documents": len(texts),
        "shingles": sum(len(text) - n + 1 if len(text) > n else bool(text) for text in texts),
        "version": version(tool),
    }


def _corpuskit(texts: list[str], asked: dict[str, Any]) -> tuple[float, float]:
    import pyarrow as pa

    from corpuskit.dedup.minhash import MinHashParams
    from corpuskit.dedup.shingling import signatures
    from corpuskit.kernels.buffers import text_buffers

    params = MinHashParams(
        ngram=asked["ngram"], num_perm=asked["num_perm"], bands=1, rows=asked["num_perm"]
    )
    batches = [pa.array(part, pa.string()) for part in _parts(texts)]
    signatures(*text_buffers(batches[0].slice(0, 1)), params)  # the permutations
    started = time.process_time()
    for batch in batches:
        signatures(*text_buffers(batch), params)
    return time.process_time() - started, 0.0


def _with_strings(texts: list[str], asked: dict[str, Any]) -> tuple[float, float]:
    n = asked["ngram"]
    make, prepare = _TOOLS[asked["tool"], asked["variant"]]
    hash_all = prepare(asked["num_perm"])
    making = hashing = 0.0
    for part in _parts(texts):
        started = time.process_time()
        shingles = [make(text, n) for text in part]
        made = time.process_time()
        hash_all(shingles)
        making += made - started
        hashing += time.process_time() - made
    return making + hashing, hashing


def _parts(texts: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if parts[-1] and size + len(text) > _TOGETHER:
            parts.append([])
            size = 0
        parts[-1].append(text)
        size += len(text)
    return parts


def _shingles(text: str, n: int) -> list[str]:
    if len(text) < n:
        return [text] if text else []
    return [text[i : i + n] for i in range(len(text) - n + 1)]


def _encoded(text: str, n: int) -> list[bytes]:
    return list(map(str.encode, _shingles(text, n)))


# --- tools ----------------------------------------------------------------------------------------


def _rensa_update(num_perm: int) -> Hasher:
    from rensa import RMinHash  # type: ignore[import-not-found]

    def hash_all(shingles: Shingles) -> object:
        digests = []
        for one in shingles:
            minhash = RMinHash(num_perm=num_perm, seed=42)
            minhash.update(one)
            digests.append(minhash.digest())
        return digests

    return hash_all


def _rensa_bulk(num_perm: int) -> Hasher:
    from rensa import RMinHash

    def hash_all(shingles: Shingles) -> object:
        return RMinHash.digest_matrix_from_token_sets(shingles, num_perm, 42)

    return hash_all


def _datasketch(num_perm: int) -> Hasher:
    from datasketch import MinHash  # type: ignore[import-untyped,unused-ignore]
    from xxhash import xxh32_intdigest

    def hash_all(shingles: Shingles) -> object:
        return MinHash.bulk(shingles, num_perm=num_perm, hashfunc=xxh32_intdigest)

    return hash_all


#: How each makes its shingles, and what hashes those of some documents.
_TOOLS: dict[tuple[str, str], tuple[Maker, Callable[[int], Hasher]]] = {
    ("rensa", "update"): (_shingles, _rensa_update),
    ("rensa", "bulk"): (_shingles, _rensa_bulk),
    ("datasketch", "bulk"): (_encoded, _datasketch),
}

if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
