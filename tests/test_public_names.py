"""The public names, and that asking for help stays quick because nothing heavy is imported."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import corpuskit

#: Typer itself may import pydantic; nothing of ours may import these.
HEAVY = ("numba", "pyarrow", "datasets", "lxml", "numpy", "fugashi", "ray", "scipy", "ruamel.yaml")


def test_the_public_names_are_sorted_and_there() -> None:
    assert corpuskit.__all__ == sorted(corpuskit.__all__)
    assert set(corpuskit.__all__) == set(corpuskit._HOME)
    for name in corpuskit.__all__:
        found = getattr(corpuskit, name)
        assert found is getattr(importlib.import_module(corpuskit._HOME[name]), name)
        assert found.__module__ == corpuskit._HOME[name]
        assert found.__doc__
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        corpuskit.Nothing  # noqa: B018
    assert "__version__" not in corpuskit.__all__ and corpuskit.__version__


def _run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


IMPORTED = f"""
import runpy, sys
try:
    {{call}}
except SystemExit as end:
    assert not end.code, end.code
heavy = sorted(set({HEAVY!r}) & set(sys.modules))
assert not heavy, heavy
"""


@pytest.mark.parametrize("verb", ["", "run", "plan", "verify", "inspect", "stages", "init"])
def test_help_imports_nothing_heavy(verb: str) -> None:
    arguments = ["corpuskit", *([verb] if verb else []), "--help"]
    call = f"sys.argv = {arguments!r}; from corpuskit.cli.main import main; main()"
    done = _run(IMPORTED.format(call=call))
    assert done.returncode == 0, done.stderr
    assert "Usage: corpuskit" in done.stdout


def test_the_module_equals_the_command() -> None:
    call = "sys.argv = ['x', '--help']; runpy.run_module('corpuskit', run_name='__main__')"
    done = _run(IMPORTED.format(call=call))
    assert done.returncode == 0, done.stderr
    script = Path(sys.executable).parent / "corpuskit"
    by_module = subprocess.run(
        [sys.executable, "-m", "corpuskit", "--help"], capture_output=True, text=True, check=True
    )
    if script.exists():
        by_script = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
        here = by_module.stdout.replace("python -m corpuskit", "corpuskit").split()
        assert by_script.stdout.split() == here
    for verb in ("run", "plan", "verify", "inspect", "stages", "init"):
        assert f" {verb} " in by_module.stdout


def test_the_version_is_told_without_anything_heavy() -> None:
    call = "sys.argv = ['corpuskit', '--version']; from corpuskit.cli.main import main; main()"
    done = _run(IMPORTED.format(call=call))
    assert (done.returncode, done.stdout.strip()) == (0, f"corpuskit {corpuskit.__version__}")


def test_the_package_itself_imports_nothing_heavy() -> None:
    done = _run(IMPORTED.format(call="import corpuskit"))
    assert done.returncode == 0, done.stderr
