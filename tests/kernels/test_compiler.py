import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from corpuskit.kernels import compiler

ROOT = Path(compiler.__file__).parents[2]

SMALL = """
import sys
from corpuskit.kernels.compiler import cache_dir, kernel
@kernel("int64(int64)")
def double(x):
    return 2 * x
print(double(21), sum(double._cache_hits.values()), cache_dir())
"""


def run(script: Path | str, **environment: str) -> list[str]:
    command = [sys.executable, *(["-c", script] if isinstance(script, str) else [str(script)])]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    answer = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    return answer.stdout.split()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    script = tmp_path / "small.py"
    script.write_text(SMALL)
    return script


def test_light_modules_do_not_import_numba() -> None:
    """Nor does the process that only plans and hands out tasks: it costs it a second or two."""
    modules = "corpuskit.run, corpuskit.kernels.buffers, corpuskit.kernels.compiler as c"
    light = f"import sys, {modules}"
    line = f"{light}; c.is_warm(); print('numba' in sys.modules)"
    assert run(line) == ["False"]


def test_a_second_process_loads_what_the_first_compiled(small: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = run(small, CORPUSKIT_CACHE=str(cache))
    second = run(small, CORPUSKIT_CACHE=str(cache))
    assert first[:2] == ["42", "0"]
    assert second[:2] == ["42", "1"]
    assert Path(first[2]).is_relative_to(cache)
    assert not list(small.parent.rglob("__pycache__"))


def test_processes_may_share_a_cold_cache(small: Path, tmp_path: Path) -> None:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "CORPUSKIT_CACHE": str(tmp_path / "c")}
    command = [sys.executable, str(small)]
    both = [subprocess.Popen(command, env=settings, stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[0].split()[0] for process in both] == [b"42", b"42"]


def test_a_truncated_cache_file_is_compiled_anew(small: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(small, CORPUSKIT_CACHE=str(cache))
    (machine_code,) = cache.rglob("*.nbc")
    machine_code.write_bytes(machine_code.read_bytes()[:100])
    assert run(small, CORPUSKIT_CACHE=str(cache))[0] == "42"
    (index,) = cache.rglob("*.nbi")
    index.write_bytes(b"")
    assert run(small, CORPUSKIT_CACHE=str(cache))[0] == "42"
    assert run(small, CORPUSKIT_CACHE=str(cache))[:2] == ["42", "1"]


def test_the_cache_goes_where_the_user_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CORPUSKIT_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert compiler.cache_dir().is_relative_to(tmp_path / "own" / "kernels")
    monkeypatch.delenv("CORPUSKIT_CACHE")
    assert compiler.cache_dir().is_relative_to(tmp_path / "xdg" / "corpuskit" / "kernels")
    assert f"numba{numba.__version__}" in compiler.cache_dir().name


def test_a_home_that_cannot_be_written_to(small: Path, tmp_path: Path) -> None:
    wall = tmp_path / "file"
    wall.write_text("not a folder")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    answer = run(small, CORPUSKIT_CACHE="", XDG_CACHE_HOME=str(wall), TMPDIR=str(temporary))
    folder = Path(answer[2])
    assert folder.is_relative_to(temporary)
    private = temporary / folder.relative_to(temporary).parts[0]
    assert private.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are POSIX's")
def test_a_temporary_folder_that_others_can_write_to_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compiler.tempfile, "tempdir", str(tmp_path))
    planted = tmp_path / f"corpuskit-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert compiler._private_temporary() != planted
    planted.chmod(0o700)
    assert compiler._private_temporary() == planted
    planted.rmdir()
    planted.symlink_to(tmp_path)
    assert compiler._private_temporary() != planted


def test_a_helper_s_source_is_part_of_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("compiler", "utf8", "hashing", "counts"):
        (tmp_path / f"{name}.py").write_text("")
    user, helper = tmp_path / "counts.py", tmp_path / "utf8.py"
    monkeypatch.setattr(compiler, "_PACKAGE", tmp_path)
    imports = [
        "from corpuskit.kernels.utf8 import decode",
        "from corpuskit.kernels import hashing, utf8",
        "from corpuskit.kernels import (\n    hashing,\n    utf8,\n)",
    ]
    digest = compiler.source_digest.__wrapped__
    for line in imports:
        user.write_text(line)
        helper.write_text("one")
        before = digest("counts"), digest("hashing")
        helper.write_text("two")
        after = digest("counts"), digest("hashing")
        assert before[0] != after[0]
        assert before[1] == after[1]


def test_warm_compiles_all_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MODULES", ("unionfind", "utf8"))
    monkeypatch.setenv("CORPUSKIT_CACHE", str(tmp_path))
    calls: list[tuple[str, int, int]] = []
    assert not compiler.is_warm()
    assert compiler.warm(lambda *call: calls.append(call)) >= 0
    assert compiler.is_warm()
    assert {name for name, _, _ in calls[:-1]} <= {"unionfind", "utf8"}
    assert calls[-1] == ("", 2, 2)
    calls.clear()
    compiler.warm(lambda *call: calls.append(call))
    assert calls == [("", 2, 2)]


def test_what_few_recipes_need_is_compiled_for_them_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "MODULES", ("cuts", "unionfind", "utf8"))
    monkeypatch.setenv("CORPUSKIT_CACHE", str(tmp_path))
    compiler.warm()
    assert compiler.is_warm() and not compiler.is_warm(["cuts"])
    compiler.warm(extra=["cuts"])
    assert compiler.is_warm(["cuts"])


def test_stages_name_the_kernels_that_only_they_need() -> None:
    from corpuskit.registry import Registry

    registry = Registry()
    named = {name: set(registry.stage(name).kernels) for name in registry.stages}
    assert set.union(*named.values()) <= compiler.ON_DEMAND <= set(compiler.MODULES)
    assert named["dedup.lines"] == {"cuts", "lines"} and not named["dedup.minhash"]


def test_every_kernel_module_is_listed() -> None:
    assert {"counts", "hashing", "sets", "shingles", "unionfind"} <= set(compiler.MODULES)
    assert not {"buffers", "compiler", "__init__"} & set(compiler.MODULES)


def test_numba_s_own_settings_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORPUSKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "somewhere else")

    @compiler.kernel("float64(float64, float64)")
    def divide(one, two):  # type: ignore[no-untyped-def]
        return one / two

    assert numba.config.CACHE_DIR == "somewhere else"
    assert divide(1.0, 0.0) == np.inf
    assert list(tmp_path.rglob("*.nbc"))
