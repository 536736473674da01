"""How kernels are compiled and where the machine code is kept.

A kernel has one explicit signature and is compiled, or loaded from the cache, when its module is
imported. The cache is a folder of the user's, never of the package, so that read-only installs and
read-only homes work. Its name holds everything that the machine code depends on: the versions, the
CPU with its features, and, for each module, a digest of its source and of the kernel modules it
imports (Numba itself looks only at the file of the kernel, not at the files of its helpers). Numba
writes cache files through a temporary name and a rename, so processes may share the folder.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.metadata
import os
import pickle
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent
_IMPORT = re.compile(r"^from corpuskit\.kernels(?:\.(\w+)| import ([\w, ]+|\([^)]*\)))", re.M)
_NO_KERNELS = frozenset({"__init__", "buffers", "compiler"})
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
# numba.config is global to the process; two threads importing kernels must not mix their settings.
_CONFIG = threading.RLock()

MODULES: tuple[str, ...] = tuple(
    sorted(path.stem for path in _PACKAGE.glob("*.py") if path.stem not in _NO_KERNELS)
)
"""Names of the kernel modules of this installation (`corpuskit.kernels.<name>`)."""

_RARE = (
    "contamination cosine cuts edits features folding foldings grams langmodel languages "
    "lines lz morphemes ngrams pii repeats textgrams tidy tokens traits traitshapes traittables "
    "units urls winnow wordgrams words"
)
ON_DEMAND = frozenset(_RARE.split())
"""Modules that few recipes need: compiled when one does, so that others start sooner."""


def kernel(signature: str) -> Callable[[F], F]:
    """Compile a function for exactly `signature`, without the GIL, cached across processes.

    Division follows NumPy (`error_model="numpy"`: no ZeroDivisionError). Nothing uses fastmath.
    """

    def decorate(function: F) -> F:
        import numba

        with _caching_in(_module_dir(function.__module__)):
            compiled: Any = numba.njit(signature, cache=True, **_OPTIONS)
            try:
                return cast(F, compiled(function))
            except (EOFError, pickle.UnpicklingError):  # a cache file cut short by a crash
                _forget(function)
                return cast(F, compiled(function))
            except OSError:  # the disk is full or the folder went away: compile for this process
                compiled = numba.njit(signature, **_OPTIONS)
                return cast(F, compiled(function))

    return decorate


def inline(function: F) -> F:
    """Make a small helper that kernels call; it is compiled into each of them."""
    import numba

    compiled: Any = numba.njit(forceinline=True, **_OPTIONS)
    return cast(F, compiled(function))


def cache_dir() -> Path:
    """Folder of the compiled kernels; it exists and can be written to.

    `$CORPUSKIT_CACHE`, else `$XDG_CACHE_HOME/corpuskit`, else `~/.cache/corpuskit`; a private
    folder under the temporary directory when that one can't be written to.
    """
    return _cache_dir(os.environ.get("CORPUSKIT_CACHE"), os.environ.get("XDG_CACHE_HOME"))


def wanted(extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Modules that every run needs, and those of `ON_DEMAND` that are named."""
    return tuple(name for name in MODULES if name not in ON_DEMAND or name in set(extra))


def warm(
    progress: Callable[[str, int, int], None] | None = None, extra: Iterable[str] = ()
) -> float:
    """Import the kernel modules `wanted`, compiling what is not cached; return the seconds it took.

    What is not cached is compiled by two processes at once. `progress(name, done, total)` is
    called when a module is done and once, with the name "", at the end.
    """
    start = time.perf_counter()
    names = wanted(extra)
    cold = [name for name in names if not _marker(name).exists()]
    if len(cold) > 1:
        _compile_apart(cold, progress, len(names))
    for name in names:
        importlib.import_module(f"corpuskit.kernels.{name}")
        _mark_warm(name)
    if progress is not None:
        progress("", len(names), len(names))
    return time.perf_counter() - start


_CHILD = "import sys; from corpuskit.kernels import compiler; compiler.compile_all(sys.argv[1:])"


def compile_all(names: list[str]) -> None:
    """Compile modules into the cache; what `warm` runs in other processes."""
    for name in names:
        importlib.import_module(f"corpuskit.kernels.{name}")
        _mark_warm(name)


def _compile_apart(
    names: list[str], progress: Callable[[str, int, int], None] | None, total: int
) -> None:
    """Compile modules in two processes; one that fails is no harm: the import compiles it again."""
    processes = [
        subprocess.Popen([sys.executable, "-c", _CHILD, *share], stderr=subprocess.DEVNULL)
        for share in _shares(names)
    ]
    done: set[str] = set()
    while any(process.poll() is None for process in processes):
        time.sleep(0.05)
        for name in names:
            if name not in done and _marker(name).exists():
                done.add(name)
                if progress is not None:
                    progress(name, total - len(names) + len(done), total)


def _shares(names: list[str]) -> list[list[str]]:
    """Two shares of about equal work; a module's work is taken to grow with its file."""
    shares: list[list[str]] = [[], []]
    sizes = [0, 0]
    for name in sorted(names, key=lambda n: -(_PACKAGE / f"{n}.py").stat().st_size):
        lighter = sizes.index(min(sizes))
        shares[lighter].append(name)
        sizes[lighter] += (_PACKAGE / f"{name}.py").stat().st_size
    return shares


def is_warm(extra: Iterable[str] = ()) -> bool:
    """Say, without importing Numba, whether `warm` has filled the cache of this installation."""
    return all(_marker(name).exists() for name in wanted(extra))


def _mark_warm(name: str) -> None:
    marker = _marker(name)
    with suppress(OSError):  # a full disk: the next run says once more that it compiles
        marker.parent.mkdir(exist_ok=True)
        marker.touch()


@functools.cache
def _cache_dir(own: str | None, xdg: str | None) -> Path:
    leaf = Path("kernels") / _cache_name()
    for root in _roots(own, xdg):
        if _is_writable(root / leaf):
            return root / leaf
    folder = _private_temporary() / leaf
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _roots(own: str | None, xdg: str | None) -> Iterator[Path]:
    if own:
        yield Path(own).expanduser().absolute()
    elif xdg and Path(xdg).is_absolute():  # the XDG specification: ignore relative values
        yield Path(xdg) / "corpuskit"
    else:
        home = os.path.expanduser("~")  # noqa: PTH111 (Path.home() raises when there is none)
        if home != "~":
            yield Path(home) / ".cache" / "corpuskit"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _private_temporary() -> Path:
    """A folder that nobody else can have prepared: the cache holds pickles and machine code."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"corpuskit-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    foreign = hasattr(os, "getuid") and (found.st_uid != user or found.st_mode & 0o077)
    if foreign or not stat.S_ISDIR(found.st_mode):
        return Path(tempfile.mkdtemp(prefix="corpuskit-"))
    return folder


def _cache_name() -> str:
    try:
        version = importlib.metadata.version("corpuskit")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout
        version = "source"
    numba = importlib.metadata.version("numba")
    return f"{version}-numba{numba}-{_cpu_hash()}"


def _cpu_hash() -> str:
    from llvmlite import binding

    features = binding.get_host_cpu_features().flatten()
    forced = os.environ.get("NUMBA_CPU_NAME", ""), os.environ.get("NUMBA_CPU_FEATURES", "")
    parts = (binding.get_host_cpu_name(), features, *forced)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _module_dir(module: str) -> Path:
    """Folder of one module's machine code; kernels of other packages may use any of ours."""
    package, _, name = module.rpartition(".")
    if package == __package__ and name in MODULES:
        return cache_dir() / f"{name}-{source_digest(name)}"
    return cache_dir() / f"elsewhere-{source_digest(*MODULES)}"


@functools.cache
def source_digest(*modules: str) -> str:
    """Hex digest (16 digits) of kernel modules and of all that they import from this package."""
    digest = hashlib.sha256()
    for name, source in sorted(_sources(modules).items()):
        digest.update(f"{name}\n{len(source)}\n{source}".encode())
    return digest.hexdigest()[:16]


def _sources(modules: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = ["compiler", *modules]
    while waiting:
        name = waiting.pop()
        path = _PACKAGE / f"{name}.py"
        if name in found or not path.is_file():
            continue
        found[name] = path.read_text("utf-8")
        for module, names in _IMPORT.findall(found[name]):
            waiting += [module] if module else re.findall(r"\w+", names)
    return found


def _marker(name: str) -> Path:
    place = hashlib.sha256(str(_PACKAGE).encode()).hexdigest()[:12]
    python = f"py{sys.version_info[0]}{sys.version_info[1]}"
    return _module_dir(f"{__package__}.{name}") / f"warm-{python}-{place}"


@contextmanager
def _caching_in(folder: Path) -> Iterator[None]:
    """Point Numba's cache to `folder` while a kernel is declared; other people's stay theirs."""
    config: Any = importlib.import_module("numba.core.config")
    with _CONFIG:
        before = config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), ""
        try:
            yield
        finally:
            config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before


def _forget(function: Callable[..., Any]) -> None:
    source = Path(function.__code__.co_filename).stem
    folder = _module_dir(function.__module__)
    for path in folder.rglob(f"{source}.{function.__qualname__}-*.nb[ic]"):
        path.unlink(missing_ok=True)
