"""What the READMEs say is true: their commands run, their plug-in works, both say the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, write_jsonl

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def set_up_commands(text: str) -> list[str]:
    found = [block.strip() for block in blocks(text, "sh")[:2]]
    assert all("\n" not in command for command in found)
    return found


def test_both_readmes_have_the_same_code() -> None:
    for language in ("sh", "python", "yaml", "toml"):
        assert blocks(ENGLISH, language) == blocks(JAPANESE, language)
    assert set_up_commands(ENGLISH) == [
        "python -m pip install -e . && corpuskit run configs/quickstart.yaml",
        "python -m pip install -e '.[test]' && pytest",
    ]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the checkout and an environment of its own, as a newcomer has them."""
    home = tmp_path_factory.mktemp("newcomer")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode().split("\0")  # fmt: skip
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            target = home / "corpuskit" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    venv.create(home / "venv", with_pip=True)
    path = f"{home / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    keep = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env = {**keep, "PATH": path, "CORPUSKIT_CACHE": str(home / "cache")}
    return home / "corpuskit", env


def test_the_two_set_up_commands_run_as_written(newcomer: tuple[Path, dict[str, str]]) -> None:
    checkout, env = newcomer
    main_job, tests = set_up_commands(ENGLISH)
    done = subprocess.run(
        ["bash", "-c", main_job], cwd=checkout, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for word in (
        "read",
        "kept",
        "rejected",
        "duplicates",
        "quarantined",
        "morphemes",
        "MB/s",
        "corpuskit verify",
    ):
        assert word in done.stdout
    assert (checkout / "out" / "quickstart" / "manifest.json").is_file()
    # The whole suite would run itself again: here the command runs one quick file of it.
    quick = {**env, "PYTEST_ADDOPTS": "tests/test_public_names.py"}
    done = subprocess.run(
        ["bash", "-c", tests], cwd=checkout, env=quick, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)


def test_the_filter_of_the_readme_runs(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    plugin = next(block for block in blocks(ENGLISH, "python") if "doc_filter" in block)
    assert len(plugin.split("@", 1)[1].strip().splitlines()) <= 10
    (tmp_path / "acme.py").write_text(plugin, encoding="utf-8")
    write_jsonl(
        tmp_path / "in.jsonl",
        [{"text": "今日は晴れです。明日も晴れます。"}, {"text": "今日は晴れだ。明日も晴れる。"}],
    )
    recipe = write_recipe(
        [{"name": "docs", "path": str(tmp_path / "in.jsonl")}],
        ["normalize", {"acme.polite_share": {"at_least": 0.3}}],
        plugins=["acme.py"],
    )
    manifest = run(load(recipe), Options(workers=1)).manifest
    assert manifest.accounting.total.kept == 1
    assert manifest.rejected_by == {"acme.polite_share@1/acme.polite_share": 1}
    assert manifest.plugins[0].name == "acme.py"


def test_the_stages_work_in_datasets_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path))
    code = next(block for block in blocks(ENGLISH, "python") if "DatasetMap" in block)
    space: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), space)
    row = space["data"][0]
    assert row["characters"] == 12
    assert row["rejected_by"] == ""


def test_the_recipe_of_the_readme_is_right(tmp_path: Path) -> None:
    from corpuskit.pipeline import build
    from corpuskit.registry import Registry

    recipe = next(block for block in blocks(ENGLISH, "yaml") if block.startswith("name:"))
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    assert len(build(load(tmp_path / "recipe.yaml"), Registry()).segments) == 2
