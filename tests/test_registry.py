"""What is installed: entry points, plug-in files, names that clash, extras that are missing."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corpuskit import __version__
from corpuskit.describe import as_text, describe, listing
from corpuskit.errors import MissingExtraError, RecipeError, StageError
from corpuskit.exchange import Exchange
from corpuskit.readers.protocol import Reader
from corpuskit.registry import EXTRAS, READERS, STAGES, Registry, missing_extra, nearest
from corpuskit.stage import Stage

Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Adds an entry point of a distribution that isn't there, and the module it names."""
    real = importlib.metadata.entry_points

    def add(name: str, value: str, module: ModuleType | None = None) -> None:
        point = importlib.metadata.EntryPoint(name, value, STAGES)

        def entry_points(*, group: str) -> Any:
            found = real(group=group)
            return [*found, point] if group == STAGES else found

        monkeypatch.setattr("corpuskit.registry.entry_points", entry_points)
        if module is not None:
            monkeypatch.setitem(sys.modules, value.partition(":")[0], module)

    return add


def module(code: str, name: str) -> ModuleType:
    made = ModuleType(name)
    exec(compile(code, name, "exec"), made.__dict__)
    return made


SIGNAL = '''
from corpuskit import doc_signal

@doc_signal("{name}", type=int)
def count(doc, *, word: str = "語") -> int:
    """Counts a word."""
    return doc.text.count(word)
'''


def test_built_ins_come_through_entry_points() -> None:
    registry = Registry()
    for group, table in ((STAGES, registry.stages), (READERS, registry.readers)):
        points = importlib.metadata.entry_points(group=group)
        ours = {p.name for p in points if p.dist and p.dist.name == "corpuskit"}
        assert ours and ours <= set(table)
        assert all(table[name].origin == f"corpuskit {__version__}" for name in ours)


def test_every_built_in_loads_under_its_own_name() -> None:
    registry = Registry()
    for name in registry.stages:
        cls = registry.stage(name)
        assert issubclass(cls, Stage | Exchange) and cls.name == name
        assert registry.stage(f"{name}@{cls.version}") is cls
    for name in registry.readers:
        cls = registry.reader(name)
        assert issubclass(cls, Reader) and cls.name == name


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        RecipeError, match=r"unknown stage 'dedup.minhsh'; did you mean 'dedup.minh"
    ):
        Registry().stage("dedup.minhsh")
    with pytest.raises(RecipeError, match=r"unknown reader 'jsonlines'; did you mean 'jsonl'") as e:
        Registry().reader("jsonlines")
    assert "parquet" in e.value.remedy
    assert nearest("zzz", ["abc"]) == ""


def test_another_version_is_refused() -> None:
    with pytest.raises(RecipeError, match="stage 'quality@77': version 2 is installed") as caught:
        Registry().stage("quality@77")
    assert "quality@2" in caught.value.remedy


def test_an_installed_module_brings_all_it_declares(install: Install) -> None:
    code = (
        SIGNAL.format(name="acme.count")
        + '''
from corpuskit import Stage
class Mine(Stage):
    """A class."""
    name = "acme.mine"
    def process(self, batch):
        return batch
class Base(Stage):
    """Abstract, so no stage."""
    name = "acme.base"
'''
    )
    install("acme", "acme_filters", module(code, "acme_filters"))
    registry = Registry()
    assert {"acme.count", "acme.mine"} <= set(registry.stages)
    assert "acme.base" not in registry.stages
    assert registry.stage("acme.count").Params().word == "語"


def test_names_are_not_overridden(install: Install, tmp_path: Path) -> None:
    install("acme", "acme_quality", module(SIGNAL.format(name="quality"), "acme_quality"))
    with pytest.raises(StageError, match=r"two plug-ins are called 'quality': .*corpuskit"):
        Registry()


def test_a_plug_in_file_cannot_take_a_built_ins_name(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(SIGNAL.format(name="normalize"), encoding="utf-8")
    with pytest.raises(StageError, match=r"'normalize': corpuskit .* and p\.py") as caught:
        Registry([tmp_path / "p.py"])
    assert "rename" in caught.value.remedy


def test_an_entry_point_must_name_its_class_as_the_class_does(install: Install) -> None:
    install("acme.other", "corpuskit.quality.combined:Combined")
    with pytest.raises(StageError, match="is called 'quality' in its class"):
        Registry().stage("acme.other")
    install("acme.gone", "corpuskit.quality.combined:Gone")
    with pytest.raises(StageError, match=r"acme\.gone"):
        Registry().stage("acme.gone")


def test_a_missing_extra_is_answered_with_the_command(install: Install) -> None:
    code = "class Scorer:\n    name = 'acme.scorer'\n    version = 1\n"
    install("acme.scorer", "acme_scorer:Scorer", module(code, "acme_scorer"))
    assert Registry().stage("acme.scorer").name == "acme.scorer"
    sys.modules.pop("acme_scorer")
    with pytest.raises(MissingExtraError, match="module 'acme_scorer' is not installed"):
        Registry().stage("acme.scorer")
    # The list of stages still stands, and says which one can't be used.
    rows = {row["name"]: row["about"] for row in listing(Registry())}
    assert rows["acme.scorer"].startswith("not usable yet")


def test_the_extras_are_those_of_the_package() -> None:
    provided = importlib.metadata.metadata("corpuskit").get_all("Provides-Extra") or []
    assert set(EXTRAS.values()) <= set(provided)
    error = missing_extra("ray.data")
    assert error.remedy == "python -m pip install 'corpuskit[ray]'"
    assert "corpuskit[" not in missing_extra("acme_scorer").remedy


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.py", "raise KeyError('x')", r"plug-in file .*p\.py raised KeyError"),
        ("p.py", "def broken(:\n", r"raised SyntaxError"),
        ("p.py", "import no_such_module_here\n", r"raised ModuleNotFoundError"),
        ("p.txt", "x = 1\n", r"is not Python"),
        ("gone.py", None, r"plug-in file not found"),
    ],
)
def test_plug_in_files_that_cannot_be_used(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=message) as caught:
        Registry([tmp_path / name])
    assert caught.value.remedy


def test_a_plug_in_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "p.py"
    path.write_text(SIGNAL.format(name="acme.count"), encoding="utf-8")
    first = Registry([path]).stages["acme.count"]
    assert first.origin == "p.py" and len(first.digest) == 64
    path.write_text(SIGNAL.format(name="acme.count") + "# changed\n", encoding="utf-8")
    assert Registry([path]).stages["acme.count"].digest != first.digest


def test_the_table_is_read_only() -> None:
    with pytest.raises(TypeError):
        Registry().stages["mine"] = None  # type: ignore[index]


def test_every_stage_and_reader_can_be_described() -> None:
    registry = Registry()
    rows = listing(registry)
    assert len(rows) == len(registry.stages) + len(registry.readers)
    for row in rows:
        assert row["about"] and "@" in row["name"]
        found = describe(registry, row["name"].partition("@")[0])
        assert found["example"] and as_text(found)
        assert all(field["about"] for field in found["parameters"]), found["name"]
    with pytest.raises(RecipeError, match="did you mean 'quality'"):
        describe(registry, "qualty")
