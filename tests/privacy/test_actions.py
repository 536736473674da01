"""Masks and pseudonyms, and texts rewritten with them: nothing else changes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.privacy.actions import Masks, dropped, rewritten
from corpuskit.privacy.hits import Hits
from corpuskit.privacy.kinds import KINDS, kind_id
from tests.privacy.test_stage import batch_of, run

PHONE, NAME = kind_id("phone"), kind_id("name")

PIECES = st.text(
    st.sampled_from("あがか\u3099ﾊﾟーｱ①㎡²½々ゝ山川０1２３|\t\n 　、。-ー−😀𠮷\0図番円"), max_size=12
)
SECRETS = st.sampled_from(
    [
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "taro@mail.test.jp",
        "山田太郎様",
        "03(1234)5678",
    ]
)


def masks(**actions: str) -> Masks:
    chosen = tuple(actions.get(kind.name, "mask") for kind in KINDS)
    return Masks(chosen, b"k" * 32)  # type: ignore[arg-type]


@given(st.lists(st.tuples(PIECES, PIECES, st.sampled_from(["mask", "flag"])), max_size=5))
@settings(max_examples=60, deadline=None)
def test_only_hits_are_rewritten(rows: list[tuple[str, str, str]]) -> None:
    """Each text is `before + hit + after`; it becomes `before + mask + after`."""
    texts = [f"前{before}◆{after}" for before, after, _ in rows]
    starts = [len(f"前{before}".encode()) for before, _, _ in rows]
    kinds = [PHONE if action == "mask" else NAME for _, _, action in rows]
    hits = Hits.of(
        (row, kind, start, start + 3, 0, 90)
        for row, (kind, start) in enumerate(zip(kinds, starts, strict=True))
    )
    after = rewritten(pa.array(["捨", *texts], pa.string()).slice(1), hits, masks(name="flag"))
    expected = [
        text.replace("◆", "<PHONE>") if kind == PHONE else text
        for text, kind in zip(texts, kinds, strict=True)
    ]
    assert after.to_pylist() == expected
    after.validate(full=True)


@given(st.lists(st.tuples(PIECES, SECRETS), min_size=1, max_size=4), PIECES)
@settings(max_examples=60, deadline=None)
def test_what_lies_outside_the_hits_stays(pairs: list[tuple[str, str]], tail: str) -> None:
    """Kana, numbers and tables: the text is cut at the spans, and the masks stand between."""
    text = "\n".join(f"{piece}\n電話 {secret}" for piece, secret in pairs) + f"\n{tail}"
    batch = run(batch_of(text)).batch
    spans = batch.column("privacy_spans")[0].as_py() or []
    expected, at = "", 0
    for span in spans:
        tag = next(kind.tag for kind in KINDS if kind.name == span["type"])
        expected += text[at : span["start"]] + tag
        at = span["stop"]
    assert batch.column("text")[0].as_py() == expected + text[at:]
    assert len(spans) >= 1


def test_pseudonyms() -> None:
    with_key = masks(**{kind.name: "pseudonymise" for kind in KINDS})
    mail = kind_id("email")
    assert with_key.of(PHONE, b"03-1234-5678") == with_key.of(
        PHONE, "０３（１２３４）５６７８".encode()
    )
    assert with_key.of(mail, b"A@b.jp") == with_key.of(mail, b"a@b.jp")
    assert with_key.of(PHONE, b"1") != with_key.of(NAME, b"1")
    assert with_key.of(kind_id("my_number"), b"1") == b"<MYNUMBER>"
    for kind in range(len(KINDS)):
        mask = with_key.of(kind, b"\xff secret 12")
        assert mask is not None and b"secret" not in mask and b"12>" not in mask[-4:-1]


def test_what_is_dropped() -> None:
    counts = np.zeros((3, len(KINDS)), np.int64)
    counts[1, NAME] = counts[2, PHONE] = counts[2, NAME] = 1
    actions = masks(name="drop", phone="drop").actions
    assert dropped(counts, actions).tolist() == [-1, NAME, min(PHONE, NAME)]


@pytest.mark.parametrize("action", ["flag", "keep"])
def test_without_a_mask_the_array_is_the_same(action: str) -> None:
    texts = pa.array(["山田様"])
    assert rewritten(texts, Hits.of([(0, NAME, 0, 6, 0, 90)]), masks(name=action)) is texts
