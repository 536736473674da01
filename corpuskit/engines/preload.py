"""Imported once by the fork server, so that workers start with everything loaded."""

import pyarrow.compute
import pyarrow.ipc
import pyarrow.parquet

import corpuskit.segment  # noqa: F401
from corpuskit.kernels.compiler import warm

pyarrow.set_cpu_count(1)
pyarrow.array([0])  # makes pyarrow look for pandas here, once, instead of in each worker
warm()
