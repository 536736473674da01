"""Extracts texts with one tool, over and over, and says how long a pass takes. Runs in its own env.

Standard input: ``{"tool": …, "kind": …, "files": […], "seconds": …}``. Standard output: JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Extract = Callable[[Path, bytes], tuple[str, int]]
"""From a file to its text and the number of documents in it."""


def corpuskit(kind: str) -> Extract:
    """The reader that `reader: auto` chooses; "wiki revisions" gives JSON, texts by revision."""
    from corpuskit.document import Identity
    from corpuskit.readers.auto import choose
    from corpuskit.readers.protocol import InputFile, Slice
    from corpuskit.registry import Registry

    registry = Registry()
    known = {name: registry.reader(name) for name in registry.readers}
    made = {name: cls() for name, cls in known.items() if cls.scope == "file"}

    def extract(path: Path, data: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(data).hexdigest()
        file = InputFile(path, path.name, len(data), digest, data=data)
        name = choose(file, known)
        if name is None:
            return "", 0
        texts: list[str] = []
        meta: list[str] = []
        members = 0
        for read in made[name].read(file, Slice(), Identity("bench", path.name)):
            texts += read.records.column("text").to_pylist()
            meta += read.records.column("meta").to_pylist()
            members += len(read.members)
        if kind == "wiki revisions":
            revisions = (json.loads(about or "{}").get("revision_id") for about in meta)
            return json.dumps(dict(zip(revisions, texts, strict=True))), len(texts)
        return "\n\n".join(texts), len(texts) + members

    return extract


def trafilatura(kind: str) -> Extract:
    """With the settings that Japanese pages need (its baseline breaks short pages)."""
    from trafilatura import extract as run
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "10")
    recall = kind.endswith("recall")

    def extract(path: Path, data: bytes) -> tuple[str, int]:
        found = run(
            data, config=config, include_tables=True, favor_recall=recall, output_format="markdown"
        )
        return found or "", 1

    return extract


def warcio(kind: str) -> Extract:
    """Every record's payload is read, as a reader of pages must."""
    import io

    from warcio.archiveiterator import ArchiveIterator

    def extract(path: Path, data: bytes) -> tuple[str, int]:
        taken = 0
        for record in ArchiveIterator(io.BytesIO(data)):
            if record.rec_type == "response":
                record.content_stream().read()
                taken += 1
        return "", taken

    return extract


def markitdown(kind: str) -> Extract:
    """One converter object for all files, plug-ins off."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)

    def extract(path: Path, data: bytes) -> tuple[str, int]:
        try:
            return converter.convert(str(path)).text_content, 1
        except Exception as error:  # noqa: BLE001  (its failures are part of the comparison)
            print(f"{path.name}: {type(error).__name__}", file=sys.stderr)
            return "", 0

    return extract


TOOLS: dict[str, Callable[[str], Extract]] = {
    "corpuskit": corpuskit,
    "trafilatura": trafilatura,
    "warcio": warcio,
    "markitdown": markitdown,
}


def main() -> None:
    """One pass for the texts and to warm up, then more until the time is over; the best counts."""
    asked: dict[str, Any] = json.load(sys.stdin)
    extract = TOOLS[asked["tool"]](asked["kind"])
    given = [(Path(name), Path(name).read_bytes()) for name in asked["files"]]
    texts = {str(path): extract(path, data) for path, data in given}
    passes: list[float] = []
    while sum(passes) < asked["seconds"] or len(passes) < 3:
        started = time.perf_counter()
        for path, data in given:
            extract(path, data)
        passes.append(time.perf_counter() - started)
    result = {
        "seconds": min(passes),
        "bytes": sum(len(data) for _, data in given),
        "documents": sum(count for _, count in texts.values()),
        "texts": {path: text for path, (text, _) in texts.items()},
    }
    json.dump(result, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
