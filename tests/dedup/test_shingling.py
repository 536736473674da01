"""Shingles of morphemes, from the recipe's columns to what is removed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import datasketch
import numpy as np
import pyarrow as pa
import pytest

from corpuskit.dedup import shingling
from corpuskit.dedup.minhash import MinHash, MinHashParams
from corpuskit.errors import RecipeError
from corpuskit.ja.morphologystage import Morphology, MorphologyParams
from corpuskit.kernels.buffers import text_buffers
from corpuskit.pipeline import build
from corpuskit.recipe import load
from corpuskit.registry import Registry
from tests.conftest import RecipeWriter, text_of
from tests.dedup.driver import documents, run
from tests.kernels.test_tokens import hashes_reference

PARAMS = MinHashParams(unit="morphemes", ngram=3, bound=0.7, bands=36, rows=3)
SOURCES = [{"name": "docs", "path": "docs"}]


def segmented(texts: list[str]) -> list[str]:
    """Column `segmented`, from the stage that writes it."""
    stage = Morphology(MorphologyParams(segmented=True))
    batch = stage.process(pa.record_batch({"text": pa.array(texts, pa.string())}))
    found: list[str] = batch.column("segmented").to_pylist()
    return found


def family(rng: random.Random) -> list[str]:
    body = text_of(rng.randrange(500)).split("\n")
    changed = [line if rng.random() < 0.85 else line.replace("。", "、のちに。") for line in body]
    return ["\n".join(body), "\n".join(changed), "　".join(body), "\n".join(body[2:])]


def test_what_is_removed_is_as_defined(tmp_path: Path) -> None:
    rng = random.Random(4)
    texts = [text for _ in range(25) for text in family(rng)] + [
        "",
        "短い",
        "短い文",
        "短い",
        " \n",
    ]
    rows = documents(texts, segmented=segmented(texts))
    found = run(tmp_path, MinHash(PARAMS), rows, parts=3, partitions=4)
    gone = {doc: row for doc, row in found.items() if row["removed"]}
    assert len(gone) > 40 and {len(texts) - 4, len(texts) - 2} & set(gone)
    sets = [set(hashes_reference(row["segmented"], 3)) for row in rows]
    for doc, row in gone.items():
        one, two = sets[doc], sets[row["kept"]]
        assert row["jaccard"] == round(len(one & two) / len(one | two), 6) >= 0.7
        assert row["containment"] == round(len(one & two) / min(len(one), len(two)), 6)
        assert row["bands_hit"]
    kept = [doc for doc in range(len(texts)) if doc not in gone and sets[doc]]
    for place, one in enumerate(kept):
        for two in kept[place + 1 :]:
            near = len(sets[one] & sets[two]) / len(sets[one] | sets[two])
            assert near < 0.75 or found[one]["template_of"] or found[two]["template_of"]


def test_signatures_of_the_segmented_column_are_datasketch_s() -> None:
    texts = [
        "今日は、よい天気です。\n明日も　晴れるでしょう。",
        "１００Ｖと200V",
        "",
        "々ゝー〜～−",
        "ﾊﾞｽ",
    ]
    column = pa.array(segmented(texts))
    batch = pa.record_batch({"text": pa.array(texts), "segmented": column})
    ours = shingling.signatures(*shingling.texts(batch, "morphemes"), PARAMS)
    for text, row in zip(column.to_pylist(), ours, strict=True):
        theirs = datasketch.MinHash(108, scheme="affine32", hashfunc=int)
        theirs.update_batch([value & 0xFFFFFFFF for value in hashes_reference(text, 3)])
        assert np.array_equal(row, theirs.hashvalues), text


def test_characters_are_the_default() -> None:
    batch = pa.record_batch({"text": pa.array(["ab cd"]), "segmented": pa.array(["xyz"])})
    data, offsets = shingling.texts(batch, MinHashParams().unit)
    assert data[: offsets[-1]].tobytes() == b"ab cd"
    sets = shingling.sets(*text_buffers(batch.column("text")), MinHashParams(ngram=2))
    assert np.diff(sets[1]).tolist() == [4]
    assert MinHash().columns_read() == ("id", "text")
    assert MinHash(PARAMS).columns_read() == ("id", "text", "segmented")
    assert json.loads(json.dumps(dict(MinHash(PARAMS).explain())))["unit"] == "morphemes"


MORPHEMES = {"dedup.minhash": {"unit": "morphemes", "ngram": 3}}


@pytest.mark.parametrize(
    ("stages", "remedy"),
    [
        ([MORPHEMES], "add the stage 'morphology' with 'segmented: true' before it"),
        (["morphology", MORPHEMES], "set 'segmented: true' in the stage 'morphology' before it"),
        ([MORPHEMES, {"morphology": {"segmented": True}}], "'morphology' writes it: move it"),
    ],
)
def test_a_missing_column_names_the_option(
    write_recipe: RecipeWriter, stages: list[object], remedy: str
) -> None:
    with pytest.raises(RecipeError, match=r"test\.yaml:\d+:\d+: .*'segmented'") as caught:
        build(load(write_recipe(SOURCES, stages)), Registry())
    assert remedy in caught.value.remedy


def test_the_option_is_enough(write_recipe: RecipeWriter) -> None:
    stages = [{"morphology": {"segmented": True}}, MORPHEMES]
    pipeline = build(load(write_recipe(SOURCES, stages)), Registry())
    assert [s.name for s in pipeline.used] == ["morphology", "dedup.minhash"]
