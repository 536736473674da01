"""Documents that recipes are compared on: files that a reader can read, or a run's dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from corpuskit.document import BASE
from corpuskit.errors import InputError
from corpuskit.manifest import TABLES, load

_ROWS = 256
_RECIPE = """\
name: compared
sources: [{{name: data, path: {path}, text: {text}}}]
stages: []
output: {{path: {out}, meta: false}}
"""


def documents(where: str, scratch: Path, text: str = "text") -> Iterator[pa.RecordBatch]:
    """Documents in batches of 256, with the columns of `BASE`.

    A dataset gives its kept, rejected and duplicate documents; anything else is read as a source
    of a recipe is, into a folder of its own.

    Args:
        where: a dataset's folder, a file, a folder or a glob.
        scratch: a folder for what is read.
        text: field of the text in JSON Lines, Parquet and CSV.

    Raises:
        InputError: there is nothing to read.
    """
    out = Path(where)
    if not (out / "manifest.json").is_file():
        from corpuskit.recipe import load as load_recipe
        from corpuskit.run import Options, run

        out = scratch / "read"
        recipe = scratch / "compared.yaml"
        path = where if where.startswith(("pkg:", "hf://")) else str(Path(where).absolute())
        recipe.write_text(
            _RECIPE.format(path=json.dumps(path), text=json.dumps(text), out=json.dumps(str(out))),
            encoding="utf-8",
        )
        run(load_recipe(recipe), Options(out, 1))
    yield from stored(out)


def stored(out: Path) -> Iterator[pa.RecordBatch]:
    """The documents of a dataset with a text, in its order, batch by batch.

    Raises:
        InputError: it holds none.
    """
    manifest = load(out / "manifest.json")
    paths = [str(out / s.path) for t in TABLES if t != "quarantine" for s in manifest.table(t)]
    if not paths:
        raise InputError(f"{out} holds no documents", "name a dataset, a file, a folder or a glob")
    for path in paths:
        found = ds.dataset(path, format="parquet")
        columns = [n for n in BASE.names if n in found.schema.names]
        for batch in found.to_batches(columns=columns, batch_size=_ROWS):
            if batch.num_rows:
                yield batch
