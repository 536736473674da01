"""Signals over how much a text shrinks."""

from __future__ import annotations

import zlib
from typing import ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.stage import Column, Params, Stage, share


class CompressionParams(Params):
    """What is measured beside the estimate."""

    zlib: int | None = Field(
        None, ge=1, le=9, description="Also compress with zlib at this level: 15 to 60 MB/s."
    )


class Compression(Stage):
    """Measures how much a text shrinks: low for repetition, high for noise.

    The estimate is the size of an LZ4 block by a fixed algorithm of our own, so it doesn't depend
    on a library's version. On 5,052 documents of the development corpus it correlates with
    lz4_raw's ratio by 0.9997 (mean difference 0.002) and with zlib's at level 9 by 0.94.
    """

    name: ClassVar[str] = "signals.compression"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = CompressionParams
    example: ClassVar[str] = "- signals.compression"
    kernels: ClassVar[tuple[str, ...]] = ("lz",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "compression_ratio",
            pa.float64(),
            "bytes of an LZ4 block / bytes of the text, of its first MiB (uzushio: 0.50 to 0.75)",
        ),
    )

    def columns_written(self) -> tuple[Column, ...]:
        """The estimate, and zlib's ratio where it is asked for."""
        if self.params.zlib is None:
            return self.writes
        about = (
            f"zlib bytes at level {self.params.zlib} / bytes (LLM-jp v1: level 9, 0.30 to 0.70); "
            f"by zlib {zlib.ZLIB_RUNTIME_VERSION}, others may differ by some bytes"
        )
        return (*self.writes, Column("zlib_ratio", pa.float64(), about))

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers; zlib takes the texts one by one."""
        from corpuskit.kernels.buffers import text_buffers
        from corpuskit.kernels.lz import block_sizes

        data, offsets = text_buffers(batch.column("text"))
        out = np.empty((batch.num_rows, 2), np.int64)
        block_sizes(data, offsets, out)
        columns = {"compression_ratio": share(out[:, 1], out[:, 0])}
        if self.params.zlib is not None:
            texts = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
            level = self.params.zlib
            sizes = [
                len(zlib.compress(data[a:b].tobytes(), level)) if b > a else 0 for a, b in texts
            ]
            columns["zlib_ratio"] = share(np.array(sizes, np.int64), np.diff(offsets))
        return append_columns(batch, columns)
