"""Imported once by the fork server, so that workers start with everything loaded.

Everything is what every run needs. Other kernels are loaded by the workers that use them, which is
quick once they are compiled: loading all of them here would hold up runs that need few.
"""

import gc
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from corpuskit.kernels.compiler import is_warm, warm

_LIBRARIES = ("pyarrow.compute", "pyarrow.ipc", "pyarrow.parquet", "corpuskit.segment")
_KERNELS = ("corpuskit.kernels.hashing", "corpuskit.kernels.jsonstrings")
_BLAS = "scipy.linalg.cython_blas"


def _load() -> None:
    for name in _LIBRARIES:
        import_module(name)
    pyarrow: Any = sys.modules["pyarrow"]
    pyarrow.set_cpu_count(1)
    pyarrow.array([0])  # makes pyarrow look for pandas here, once, instead of in each worker
    _load_numba()
    if is_warm():
        for name in _KERNELS:
            import_module(name)
    else:
        warm()


def _load_numba() -> None:
    """Import Numba's NumPy without SciPy, which it would load only to see whether it is there."""
    if _BLAS in sys.modules or "numba.np.arraymath" in sys.modules:
        return
    blocked: dict[str, Any] = sys.modules
    blocked[_BLAS] = None
    try:
        arraymath: Any = import_module("numba.np.arraymath")
    finally:
        del sys.modules[_BLAS]
    if hasattr(arraymath, "_HAVE_BLAS"):
        arraymath._HAVE_BLAS = find_spec("scipy") is not None


gc.disable()  # nothing of what is imported is garbage: looking for it takes time
_load()
gc.freeze()  # workers need not look through what they share
gc.enable()
