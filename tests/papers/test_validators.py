"""Papers against the standards' own validators, in an environment of its own.

The environment is made once a machine (in the folder for temporary files, or where
CORPUSKIT_PAPERS_ENV says); without a registry that can be reached there is nothing to validate
with.
"""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpuskit.manifest import Manifest, content_digest, dump
from corpuskit.papers.formats import export
from corpuskit.papers.written import written

ROOT = Path(__file__).parents[2]
MADE = runpy.run_path(str(ROOT / "tests" / "output" / "made.py"))
PAPERS = {
    "creator": "試験研究所",
    "publisher": "試験出版",
    "url": "https://example.com/data",
    "version": "1.2.0",
    "cite_as": "試験研究所 (2025)",
    "contact": "data@example.com",
    "keywords": ["日本語", "保守"],
    "collection": "公開された文書を集めた。",
    "collection_types": ["Document analysis"],
    "annotation": "二人で確かめた。",
    "annotation_platform": "表計算",
    "annotation_analysis": "一致率を測った。",
    "annotations_per_item": "2",
    "annotators": "社員",
    "social_impact": "小さい。",
    "uses": ["ai-pre-training"],
    "not_for": "診断",
    "biases": "古い文が多い。",
    "limitations": "表は含まない。",
    "personal_data": "氏名は伏せてある。",
    "maintenance": "年に一度改める。",
    "owner": "甲社",
    "steward": "乙社",
    "custodian": "丙社",
    "classification": "公開",
    "storage_countries": ["JP"],
    "processing_countries": ["JP"],
}

#: The vocabulary's twenty properties (croissant-rai-spec 1.0).
RAI = """dataCollection dataCollectionType dataCollectionMissingData dataCollectionRawData
    dataCollectionTimeframe dataImputationProtocol dataManipulationProtocol
    dataPreprocessingProtocol dataAnnotationProtocol dataAnnotationPlatform dataAnnotationAnalysis
    annotationsPerItem annotatorDemographics machineAnnotationTools dataReleaseMaintenancePlan
    personalSensitiveInformation dataSocialImpact dataBiases dataLimitations dataUseCases"""

Validate = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def validate() -> Iterator[Validate]:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from paperslib.environment import python
        from paperslib.main import validate

        try:
            python()
        except subprocess.SubprocessError:
            pytest.skip("the validators of papers can't be installed")
        yield validate
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def make(folder: Path, said: dict[str, Any]) -> Path:
    """A dataset whose recipe states `said` under `papers`, complete with its Croissant file."""
    manifest: Manifest = MADE["make"](folder / "out", folder / "work")
    content = {**manifest.recipe.content, "papers": said}
    if not said:  # of the second source not even the licence is known, and the first has a name
        first, second = content["sources"]
        content["sources"] = [{**first, "license": "社内規程"}, {"name": second["name"]}]
    recipe = manifest.recipe.model_copy(
        update={"content": content, "digest": content_digest(content)}
    )
    known = {"obtained": "crawl", "fetched": "2024-05-01", "creator": "甲"} if said else {}
    evidence = manifest.stages[0].model_copy(
        update={"stage": "evidence@1", "params": {"sources": {"aozora": known}}}
    )
    changes = {"recipe": recipe, "parents": ("a" * 64,), "stages": (*manifest.stages, evidence)}
    manifest = manifest.model_copy(update=changes)
    for name, data in written(manifest).items():
        (folder / "out" / name).write_bytes(data)
    assert (folder / "out" / "manifest.json").read_bytes() == dump(manifest)
    return folder / "out"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = make(tmp_path_factory.mktemp("full"), PAPERS)
    energy = {"cpu_seconds": 7.5, "kwh": 0.25, "method": "estimated", "co2_kg": 0.1}
    run = {"energy": energy, "started": "2025-03-31T23:59:58Z", "seconds": 3.5}
    (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("silent"), {})


def test_croissant(validate: Validate, full: Path, silent: Path, tmp_path: Path) -> None:
    broken = json.loads((full / "croissant.json").read_text("utf-8"))
    del broken["distribution"][1]["includes"]
    (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    files = (full / "croissant.json", silent / "croissant.json", tmp_path / "broken.json")
    found, quiet, wrong = validate("croissant", *files)
    assert (found["errors"], found["warnings"]) == ([], [])
    records = found["records"]
    assert {name: len(rows) for name, rows in records.items()} == {
        "splits": 2,
        "default": 9,
        "rejected": 3,
        "duplicates": 1,
        "quarantine": 1,
    }
    texts = {row["default/text"] for row in records["default"]}
    assert MADE["KEPT_TEXT"] in texts and "文書2。\nか\u3099と𠮷とm²と10⁵。" in texts
    splits = [row["default/split"] for row in records["default"]]
    assert (splits.count("train"), splits.count("validation")) == (7, 2)
    assert quiet["errors"] == []
    assert all("recommended, but does not exist" in line for line in quiet["warnings"])
    assert wrong["errors"]


def test_every_field_of_the_rai_vocabulary(full: Path) -> None:
    found = json.loads((full / "croissant.json").read_text("utf-8"))
    assert {name for name in found if name.startswith("rai:")} == {f"rai:{n}" for n in RAI.split()}


def test_cyclonedx(validate: Validate, full: Path, silent: Path, tmp_path: Path) -> None:
    (path,), (quiet,) = (
        export("cyclonedx", out, tmp_path / out.parent.name) for out in (full, silent)
    )
    broken = tmp_path / "broken.json"
    broken.write_text(path.read_text("utf-8").replace('"data"', '"datum"', 1), encoding="utf-8")
    first, second, wrong = validate("cyclonedx", path, quiet, broken)
    assert first["errors"] == second["errors"] == []
    assert wrong["errors"]
    component = json.loads(path.read_text("utf-8"))["metadata"]["component"]
    (energy,) = component["modelCard"]["considerations"]["environmentalConsiderations"][
        "energyConsumptions"
    ]
    assert energy["activityEnergyCost"] == {"value": 0.25, "unit": "kWh"}
    assert energy["energyProviders"][0]["description"].startswith("estimated")
    assert component["data"][0]["governance"]["owners"] == [{"organization": {"name": "甲社"}}]
    assert "modelCard" not in json.loads(quiet.read_text("utf-8"))["metadata"]["component"]


def test_spdx(validate: Validate, full: Path, silent: Path, tmp_path: Path) -> None:
    (path,), (quiet,) = (export("spdx", out, tmp_path / out.parent.name) for out in (full, silent))
    wrong = tmp_path / "wrong.json"
    wrong.write_text(path.read_text("utf-8").replace('"sha256"', '"sha-256"', 1), encoding="utf-8")
    graph = json.loads(path.read_text("utf-8"))
    del graph["@graph"][-1]
    lost = tmp_path / "lost.json"
    lost.write_text(json.dumps(graph), encoding="utf-8")
    found, calm, *broken = validate("spdx", path, quiet, wrong, lost)
    assert found["errors"] == calm["errors"] == []
    assert all(b["errors"] for b in broken)
    assert {"dataset_DatasetPackage", "simplelicensing_LicenseExpression", "Relationship"} <= set(
        found["kinds"]
    )
    by_type: dict[str, list[dict[str, Any]]] = {}
    for element in json.loads(path.read_text("utf-8"))["@graph"]:
        by_type.setdefault(element["type"], []).append(element)
    assert by_type["CreationInfo"][0]["created"] == "2025-04-01T00:00:01Z"
    assert "dataset" in by_type["SpdxDocument"][0]["profileConformance"]
    assert by_type["dataset_DatasetPackage"][0]["releaseTime"] == "2025-04-01T00:00:00Z"
    assert "dataset" not in next(
        e["profileConformance"]
        for e in json.loads(quiet.read_text("utf-8"))["@graph"]
        if e["type"] == "SpdxDocument"
    )
