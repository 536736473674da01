"""What the fork server loads, each time in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import gc, sys
import corpuskit.engines.preload
"""


def said(code: str) -> str:
    command = [sys.executable, "-c", LOADED + code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_only_what_every_run_needs_is_loaded_once_kernels_are_compiled() -> None:
    from corpuskit.kernels.compiler import warm

    warm()
    names = "scipy.linalg corpuskit.kernels.numbers corpuskit.kernels.hashing corpuskit.segment"
    code = f"print(*(n in sys.modules for n in '{names}'.split()), gc.isenabled())"
    assert said(code) == "False False True True True"
    assert said("print(gc.get_freeze_count() > 10_000)") == "True"


def test_numba_of_plugins_finds_scipy_all_the_same() -> None:
    code = """
import numba, numpy as np
dot = numba.njit(lambda a: np.dot(a, a))
print(dot(np.full((2, 2), 2.0)).tolist(), "scipy.linalg.cython_blas" in sys.modules)
print(corpuskit.engines.preload.import_module("numba.np.arraymath")._HAVE_BLAS)
"""
    assert said(code).split("\n") == ["[[8.0, 8.0], [8.0, 8.0]] True", "True"]
