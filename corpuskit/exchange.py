"""The one kind of step in which parts of the input meet: an exchange.

An exchange compares documents with each other. It runs in phases. The streaming segment before it
computes `keys` for each batch while the text is in memory; at the end of a part the keys are
`spread` over a fixed number of partitions and written as one Arrow file per part, with one record
batch per partition. Each `Phase` is then a set of tasks over those files. The last phase writes
`OUTCOME` rows; the segment that follows removes or annotates rows by them.

A document is named by its number: the part's base (rows of all parts before it) plus its row.
Numbers are dense and do not depend on workers or engine. Results must not depend on `partitions`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa

from corpuskit.stage import Column, Params

#: What the last phase of every exchange writes, sorted by `doc`; a document is named at most once
#: over all files. `removed` rows become duplicates of document number `kept` (id `duplicate_of`; of
#: the earlier dataset `duplicate_in`, where it is not null); others are annotated only. Columns
#: that do not apply are null. `Exchange.outcome` adds the exchange's own columns.
OUTCOME = pa.schema(
    [
        pa.field("doc", pa.int64(), nullable=False),
        pa.field("removed", pa.bool_(), nullable=False),
        pa.field("kept", pa.int64()),
        pa.field("duplicate_of", pa.string()),
        pa.field("duplicate_in", pa.string()),
        pa.field("jaccard", pa.float64()),
        pa.field("containment", pa.float64()),
        pa.field("similarity", pa.float64()),
        pa.field("bands_hit", pa.list_(pa.int16())),
    ]
)

#: What an exchange that edits texts writes beside: pieces to take out of the text, as half-open
#: ranges of UTF-8 bytes that start and end between characters, sorted, none overlapping.
CUT_BYTES = pa.field(
    "cut_bytes", pa.list_(pa.struct([("start", pa.int64()), ("stop", pa.int64())]))
)


@dataclass(frozen=True, slots=True)
class PartFiles:
    """One part as an exchange sees it.

    Attributes:
        base: number of its first document.
        rows: documents in it.
        data: Arrow IPC file with the part's batches (columns as the segment left them).
        keys: Arrow IPC file of this exchange's keys: record batch i is partition i.
    """

    base: int
    rows: int
    data: Path
    keys: Path


def _as_it_is(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch


@dataclass(frozen=True, slots=True)
class PhaseInput:
    """Everything a phase's task may look at.

    Attributes:
        index: number of the part or partition this task is for (0 for a single task).
        partitions: number of partitions the keys were spread over.
        parts: all parts, in order.
        earlier: output files of this exchange's earlier phases by phase name, in task order.
        removed: outcome files of exchanges before this one in the same group; documents removed
            there take no part.
        out: the Arrow IPC file to write.
        ahead: computes columns that the recipe writes only later, for the few rows that a phase
            needs them of (`Exchange.columns_wanted`); returns its batch as it is where all are
            there.
    """

    index: int
    partitions: int
    parts: Sequence[PartFiles]
    earlier: Mapping[str, Sequence[Path]]
    removed: Sequence[Path]
    out: Path
    ahead: Callable[[pa.RecordBatch], pa.RecordBatch] = _as_it_is


@dataclass(frozen=True, slots=True)
class Phase:
    """One set of tasks: a task per part, per partition, per file from outside, or a single one.

    Attributes:
        name: such as ``bands``; unique in the exchange.
        over: what the tasks are counted by.
        run: does one task and returns counts to add up (may be empty).
    """

    name: str
    over: Literal["parts", "partitions", "inputs", "all"]
    run: Callable[[PhaseInput], Mapping[str, int]] = field(repr=False)


class Exchange(ABC):
    """A stage that compares documents with each other; see the module's docstring."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = Params
    reads: ClassVar[tuple[str, ...]] = ("id", "text")
    writes: ClassVar[tuple[Column, ...]] = ()
    #: Value of a written column in documents that no outcome names; null where none is given.
    fill: ClassVar[Mapping[str, Any]] = {}
    example: ClassVar[str] = ""
    #: Kernel modules that few recipes need, this exchange among them (`compiler.ON_DEMAND`).
    kernels: ClassVar[tuple[str, ...]] = ()
    #: Where paths in the parameters start: the recipe's folder. Set by whoever makes the exchange.
    root: Path = Path()
    #: Which use of the exchange in its recipe this is, from 1.
    use: int = 1

    def __init__(self, params: Any = None) -> None:
        self.params: Any = params if params is not None else self.Params()

    @classmethod
    def kernels_for(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Modules of `compiler.ON_DEMAND` that a use with these parameters, unchecked, needs."""
        return cls.kernels

    def columns_read(self) -> tuple[str, ...]:
        """Columns `keys` needs, with the present parameters."""
        return self.reads

    def columns_wanted(self) -> tuple[str, ...]:
        """Columns a phase needs; a later stage may write them (see `PhaseInput.ahead`)."""
        return ()

    def columns_written(self) -> tuple[Column, ...]:
        """Columns kept documents carry afterwards; the last phase writes them beside `OUTCOME`."""
        return self.writes

    def edits(self) -> bool:
        """Whether outcomes take pieces out of texts (`CUT_BYTES`); ``cuts`` is then written."""
        return False

    def outcome(self) -> pa.Schema:
        """Columns of the last phase's files."""
        own = [pa.field(c.name, c.type) for c in self.columns_written() if c.name != "cuts"]
        return pa.schema([*OUTCOME, *own, *([CUT_BYTES] if self.edits() else [])])

    def inputs(self) -> tuple[Path, ...]:
        """Files from outside the run that the result hangs on; their digests enter the keys.

        Raises:
            InputError: a file is not there.
        """
        return ()

    def facts(self) -> tuple[str, ...]:
        """Anything else from outside that the result hangs on; it enters the keys, too."""
        return ()

    def index_schema(self) -> pa.Schema | None:
        """Columns of the index of the kept documents; None where the recipe asks for none."""
        return None

    def index_rows(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows of that index for kept documents, row by row."""
        raise NotImplementedError(f"{self.name} writes no index")

    def open(self) -> None:  # noqa: B027  (optional hook)
        """Load what is heavy; called once in each worker before the first batch."""

    @abstractmethod
    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Keys of a batch's documents, row by row (n rows in, n rows out). Pure."""

    @abstractmethod
    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """Cut a part's keys into partitions.

        Args:
            keys: what `keys` returned for the part's documents, plus a column ``row`` (int64, the
                row in the part; documents that take no part are left out).
            partitions: how many record batches to return; all of one schema.
        """

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The phases in order; the last one writes `OUTCOME` files."""

    def costs(self, documents: int) -> Mapping[str, int]:
        """Bytes that so many documents are expected to take, by what takes them.

        ``disk: ...`` beside the texts, ``memory: ...`` of one worker; nothing where unknown.
        """
        return {}

    def explain(self) -> Mapping[str, Any]:
        """Facts for ``corpuskit plan``, such as bands, rows and the chance of finding a pair."""
        return {}

    @property
    def ident(self) -> str:
        """Versioned name, such as ``dedup.minhash@1``; ``dedup.minhash@1#2`` if used again."""
        again = f"#{self.use}" if self.use > 1 else ""
        return f"{self.name}@{self.version}{again}"
