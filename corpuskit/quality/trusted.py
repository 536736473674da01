"""Texts that a language model is trained on, and scores of any model for evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError

_BATCH = 1 << 22  # characters


def texts(paths: Sequence[Path], field: str, segmented: bool) -> Iterator[pa.Array]:
    """Texts of files (.jsonl, .jsonl.gz, .jsonl.zst, .parquet, or plain text) or folders of them.

    Args:
        paths: in this order; a folder's files in the order of their names.
        field: of the text in JSON Lines and Parquet.
        segmented: put a space between morphemes.

    Raises:
        InputError: a file isn't there or can't be read as what its name says.
    """
    tagger: Any = None
    if segmented:
        from corpuskit.ja.morphology import MecabTagger

        tagger = MecabTagger()
    batch: list[str] = []
    size = 0
    for text in _each(paths, field):
        batch.append(text)
        size += len(text)
        if size > _BATCH:
            yield _array(batch, tagger)
            batch, size = [], 0
    if batch:
        yield _array(batch, tagger)


def _array(batch: list[str], tagger: Any) -> pa.Array:
    array = pa.array(batch, pa.string())
    return tagger.analyze(array, wakati=True, pos=False).segmented if tagger else array


def _each(paths: Sequence[Path], field: str) -> Iterator[str]:
    for path in paths:
        if path.is_dir():
            yield from _each(sorted(p for p in path.rglob("*") if p.is_file()), field)
        elif not path.is_file():
            raise InputError(f"text not found: {path}", "give a file or a folder")
        elif path.suffix == ".parquet":
            yield from _parquet(path, field)
        elif path.name.removesuffix(".gz").removesuffix(".zst").endswith(".jsonl"):
            yield from _json_lines(path, field)
        else:
            try:
                yield path.read_text("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(f"{path} is not UTF-8: {error}", "convert it first") from error


def _parquet(path: Path, field: str) -> Iterator[str]:
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(1024, columns=[field]):
            yield from (text for text in batch.column(0).to_pylist() if text is not None)
    except (OSError, pa.ArrowException, IndexError) as error:
        raise InputError(
            f"{path} can't be read: {error}", f"it needs a column '{field}'"
        ) from error


def _json_lines(path: Path, field: str) -> Iterator[str]:
    ending = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    try:
        with pa.input_stream(str(path), compression=ending) as stream:
            rest = b""
            number = 0
            while block := stream.read(1 << 20):
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    number += 1
                    yield from _text(path, number, line, field)
            yield from _text(path, number + 1, rest, field)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error}", "check the file") from error


def _text(path: Path, number: int, line: bytes, field: str) -> Iterator[str]:
    if not line.strip():
        return
    try:
        value = json.loads(line).get(field)
    except (ValueError, AttributeError) as error:
        raise InputError(f"{path}:{number}: {error}", "give one JSON object a line") from error
    if not isinstance(value, str):
        raise InputError(f"{path}:{number}: no text in '{field}'", "name the field with --field")
    yield value


def scores_of(text: pa.Array, model: Path | None, label: str) -> npt.NDArray[np.float64]:
    """Scores of texts by a model, or by the stage `quality` without one.

    Args:
        text: n strings.
        model: a classifier, fastText's (.bin, .ftz), a language model, or None.
        label: of a fastText model.

    Returns:
        0 to 1 for classifiers; minus bits per character for language models.

    Raises:
        InputError: the file is none of these.
    """
    from corpuskit.quality import arpa, modelstages
    from corpuskit.quality.langmodel import FORMAT

    if model is not None and (model.suffix == ".arpa" or model.name.endswith(".arpa.gz")):
        return -arpa.load(model).score(text).bits()
    if model is not None and model.suffix == ".npz" and _format(model) == FORMAT:
        found = arpa.load(model)
        return -found.score(_array(text.to_pylist(), _tagger(found.units))).bits()
    stage: Any
    if model is None:
        from corpuskit.quality.combined import Combined

        stage, column = Combined(), "quality"
    else:
        path = str(model.absolute())
        stage = modelstages.Score(modelstages.ScoreParams(model=path, label=label))
        column = "score"
    batch = _with_signals(text, stage.columns_read())
    stage.open()
    values: npt.NDArray[np.float64] = stage.process(batch).column(column).to_numpy()
    return values


def _tagger(units: str) -> Any:
    if units == "characters":
        return None
    from corpuskit.ja.morphology import MecabTagger

    return MecabTagger()


def _format(path: Path) -> str:
    try:
        with np.load(path, allow_pickle=False) as found:
            return str(json.loads(bytes(found["header"]))["format"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path} is no model: {error}", "train it again") from error


def _with_signals(text: pa.Array, wanted: Sequence[str]) -> pa.RecordBatch:
    """The texts with all columns wanted, from installed stages with their defaults."""
    from corpuskit.registry import Registry

    batch = pa.RecordBatch.from_pydict({"text": text})
    registry = Registry()
    for name in sorted(registry.stages):
        missing = set(wanted) - set(batch.schema.names)
        if not missing:
            break
        stage = registry.stage(name)
        declared = {column.name for column in getattr(stage, "writes", ())}
        if declared & missing and getattr(stage, "reads", ()) == ("text",):
            made = stage()
            made.open()
            batch = made.process(batch)
    if missing := set(wanted) - set(batch.schema.names):
        raise InputError(
            f"no installed stage writes {', '.join(sorted(missing))}", "install what writes it"
        )
    return batch
