"""The same stages inside Hugging Face `datasets`: ``data.map(DatasetMap(stage), batched=True)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from corpuskit.errors import StageError
from corpuskit.stage import Result, Stage, apply


class DatasetMap:
    """A stage as a function for ``datasets.Dataset.map(..., batched=True)``.

    The stage's columns are added, and ``rejected_by``: the signal or error that ends a document's
    way, or an empty string where it stays, so that ``.filter(lambda row: not row["rejected_by"])``
    finishes the work.

    `datasets` takes a column's type from the first rows it writes; where a column may be null in
    all of them, say ``data.map(mapped, batched=True, features=mapped.features(data.features))``.

    Args:
        stage: any `Stage`.
        text: name of the text column in the dataset.
    """

    def __init__(self, stage: Stage, text: str = "text") -> None:
        self.stage = stage
        self.text = text
        self._opened = False

    def __getstate__(self) -> dict[str, Any]:
        # What `datasets` takes its fingerprint from: the version tells one release from the next.
        state = {"stage": self.stage, "text": self.text, "_opened": False}
        return {**state, "ident": self.stage.ident}

    def features(self, given: Mapping[str, Any]) -> Any:
        """The dataset's `datasets.Features` with those of the columns that are added."""
        from datasets import Features, Value

        added = Features.from_arrow_schema(
            pa.schema([(self._name(c.name), c.type) for c in self.stage.columns_written()])
        )
        return Features({**given, **added, "rejected_by": Value("string")})

    def __call__(self, examples: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Process one batch of columns given as lists.

        Raises:
            StageError: the dataset lacks a column that the stage reads.
        """
        if not self._opened:
            self.stage.open()
            self._opened = True
        columns = {name: pa.array(values) for name, values in examples.items()}
        columns["text"] = pa.array(examples[self.text], pa.string())
        columns.setdefault("id", pa.array([f"{i:032x}" for i in range(len(columns["text"]))]))
        for name in self.stage.columns_read():
            if name not in columns:
                raise StageError(
                    f"{self.stage.ident} reads the column '{name}', which the dataset lacks",
                    "map the stage that writes it first",
                )
        result = apply(self.stage, pa.RecordBatch.from_pydict(columns))
        added = {
            self._name(c.name): result.batch.column(c.name).to_pylist()
            for c in self.stage.columns_written()
        }
        return {**added, "rejected_by": _reasons(result)}

    def _name(self, column: str) -> str:
        return self.text if column == "text" else column


def _reasons(result: Result) -> list[str]:
    reasons = [""] * result.batch.num_rows
    for part in (result.rejected, result.failed):
        for row in part.to_pylist() if part is not None else []:
            reasons[row["row"]] = row.get("signal") or row["error"]
    return reasons
