"""The recipes of `configs/` run as they are on real files of their kind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpuskit.assemble import Finished
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.readers.reading import shared

CONFIGS = Path(__file__).parents[2] / "configs"

#: Recipe: its source, folders of fixtures, and how many files of each.
FAMILIES = {
    "warc": ("crawl", ("warc",), 1),
    "wikipedia": ("wikipedia", ("xml_wikidump",), 1),
    "aozora": ("aozora", ("zip_aozora", "txt_sjis_aozora", "html_sjis_aozora"), 4),
    "law": ("law", ("xml_egov_law", "html_utf8_law2025"), 2),
    "office": ("documents", ("docx", "xlsx", "pptx", "pdf", "odf", "office_legacy", "eml"), 2),
}


def done(recipe: str, source: str, folder: Path, out: Path) -> Finished:
    loaded = load(CONFIGS / f"{recipe}.yaml", [f"sources.{source}.path={folder}"])
    return run(loaded, Options(out=out, workers=2))


def rows(finished: Finished) -> list[dict[str, str]]:
    paths = sorted((finished.out / "data").glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("recipe", sorted(FAMILIES))
def test_a_recipe_runs_on_files_of_its_kind(recipe: str, tmp_path: Path) -> None:
    source, kinds, most = FAMILIES[recipe]
    folder = tmp_path / "in"
    folder.mkdir()
    for kind in kinds:
        for path in sorted(shared(f"fixtures/{kind}").iterdir(), key=_size)[:most]:
            shutil.copy(path, folder / path.name)
    finished = done(recipe, source, folder, tmp_path / "out")
    total = finished.manifest.accounting.total
    assert total.kept > 0
    assert total.read == total.kept + total.rejected + total.duplicate + total.quarantined
    allowed = {"broken_xml", "needs_ocr"} if recipe == "wikipedia" else {"needs_ocr"}
    assert set(finished.manifest.quarantined_by) <= allowed
    silent = [i.uri for i in finished.manifest.inputs if not i.read and not i.skipped]
    assert silent == []
    assert {row["source"] for row in rows(finished)} == {source}


def _size(path: Path) -> tuple[int, str]:
    return path.stat().st_size, path.name


PATENT = """<?xml version="1.0" encoding="{encoding}"?>
<jp-official-gazette kind-of-jp="A" country="JP" lang="ja">
<bibliographic-data lang="ja" country="JP">
<publication-reference><document-id><country>JP</country><doc-number>2020{n}</doc-number>
<kind>公開特許公報(A)</kind><date>20200806</date></document-id></publication-reference>
<invention-title>軸受の潤滑{n}</invention-title></bibliographic-data>
<description><technical-field><p num="0001">本発明は、軸受の潤滑方法に関する。{more}</p>
</technical-field></description>
<claims><claim num="1"><claim-text>油膜の厚さを{n}μmに保つ潤滑方法。</claim-text></claim></claims>
<abstract><p num="">油の量を測り、軸受へ供給する。</p></abstract>
</jp-official-gazette>"""


@pytest.mark.parametrize("encoding", ["UTF-8", "EUC-JP"])
def test_the_patents_recipe(encoding: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(3):
        more = f"特に第{n}の実施の形態では、油を{n}回に分けて供給する。" * 12
        text = PATENT.format(encoding=encoding, n=f"1{n}", more=more)
        (folder / f"{n}.xml").write_bytes(text.encode(encoding))
    finished = done("patents", "patents", folder, tmp_path / "out")
    total = finished.manifest.accounting.total
    assert (total.read, total.kept, total.quarantined) == (3, 3, 0)
    found = rows(finished)
    assert [row["title"] for row in found] == ["軸受の潤滑10", "軸受の潤滑11", "軸受の潤滑12"]
    assert "油膜の厚さを10μmに保つ" in found[0]["text"]


def test_every_recipe_of_the_folder_is_run() -> None:
    every = {path.stem for path in CONFIGS.glob("*.yaml")}
    assert every == {*FAMILIES, "patents", "quickstart"}
