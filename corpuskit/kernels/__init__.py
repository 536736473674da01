"""Numba loops over Arrow buffers. Knows arrays and nothing else; the only room with index loops.

Importing this package (or `buffers`, or `compiler`) does not import Numba. The kernel modules do:
importing one compiles its kernels, or loads them from the user's cache (see `compiler`).
"""
