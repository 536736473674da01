"""Japanese text to fit on: the shared corpus, and words of the MeCab dictionary."""

from __future__ import annotations

import io
import json
import mmap
import re
from pathlib import Path

import numpy as np
import zstandard

from langlib.chinese import HAN

_KANA = re.compile("[\u3041-\u30ff]")
_HEADER, _TOKEN = 72, 16


def lines(corpus: Path, per_source: int) -> list[str]:
    """About `per_source` lines with kanji of each source, evenly over its documents."""
    found: list[str] = []
    for path in sorted(corpus.glob("*.jsonl.zst")):
        texts = _documents(path)
        japanese = [t for t in texts if len(_KANA.findall(t[:4000])) > 0.02 * len(t[:4000])]
        each = max(5, -(-per_source // max(len(japanese), 1)))
        taken: list[str] = []
        for text in japanese:
            rows = [row for row in text.split("\n") if HAN.search(row)]
            taken += rows[:: max(1, len(rows) // each)][:each]
        found += taken[: 2 * per_source]
    return found


def _documents(path: Path) -> list[str]:
    with path.open("rb") as raw:
        reader = zstandard.ZstdDecompressor().stream_reader(raw)
        return [json.loads(line)["text"] for line in io.TextIOWrapper(reader, "utf-8")]


def words() -> tuple[list[str], list[float]]:
    """Words of unidic-lite in kanji only, and how often they are drawn: by their cost."""
    import unidic_lite

    with (Path(unidic_lite.DICDIR) / "sys.dic").open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    head = np.frombuffer(data[:40], "<u4")
    _dsize, tsize, _fsize = head[6], int(head[7]), head[8]
    first = _HEADER + int(head[6])
    tokens = np.frombuffer(data[first : first + tsize], np.dtype("<u2,<u2,<u2,<i2,<u4,<u4"))
    features = first + tsize
    best: dict[str, int] = {}
    for cost, offset in zip(tokens["f3"].tolist(), tokens["f4"].tolist(), strict=True):
        row = data[features + offset : features + offset + 400].partition(b"\0")[0]
        fields = row.decode("utf-8", "replace").split(",")
        word = fields[8] if len(fields) > 10 else ""
        if len(word) > 1 and HAN.fullmatch(word):
            best[word] = min(cost, best.get(word, 32767))
    names = sorted(best)
    return names, [float(np.exp(-best[n] / 6000)) for n in names]
