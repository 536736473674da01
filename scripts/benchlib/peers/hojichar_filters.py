"""CPU seconds of each of HojiChar's filters over all texts, in one process.

    python hojichar_filters.py CONFIG.json

CONFIG has `input` (JSON Lines with `text`), `result` and `filters` (pairs of name and parameters).
Every filter sees every text as it is: no filter's verdict spares another one work.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hojichar import Document, document_filters  # type: ignore[import-not-found]


def main(config: dict[str, Any]) -> None:
    """Time the filters."""
    with Path(config["input"]).open(encoding="utf-8", newline="\n") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    spent: dict[str, float] = {}
    for name, given in config["filters"]:
        apply = getattr(document_filters, name)(**given).apply
        started = time.process_time()
        for text in texts:
            apply(Document(text))
        spent[name] = time.process_time() - started
    result = {"cpu_seconds": spent, "version": version("hojichar")}
    Path(config["result"]).write_text(json.dumps(result, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
