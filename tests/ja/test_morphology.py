"""Morphemes: the same as MeCab itself finds, exact boundaries, counts, odd input."""

from __future__ import annotations

import hashlib
import os
import pickle
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fugashi
import numpy as np
import pyarrow as pa
import pytest
import unidic_lite
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.errors import InputError
from corpuskit.ja import dictionary
from corpuskit.ja.morphology import CLASSES, MecabTagger, MorphemeCounts, _blocks
from corpuskit.ja.sentences import split

TEXTS = [
    "吾輩は猫である。名前はまだ無い。\nどこで生れたか、とんと見当がつかぬ。",
    "",
    " \n\u3000\n",
    "「行くよ。」と言った。  Python 3.11  で動く\tタブ",
    "カッコウが鳴く㈱①㎡、10⁵円と½と℃〜～ー−々ゝ𠮷野家👨\u200d👩",
    "國語の舊字體ヲ讀ム",
    "検査\nＡ１２３ 100V 200V\n\n　字下げ　途中",
    "foobarbaz qwertyuiop",
    "ア" * 50,
]


@pytest.fixture(scope="module")
def tagger() -> MecabTagger:
    return MecabTagger()


@pytest.fixture(scope="module")
def plain() -> Any:
    """MeCab as anyone would call it."""
    folder = shlex.quote(unidic_lite.DICDIR)
    return fugashi.GenericTagger(f"-r {os.devnull} -d {folder}", quiet=True)


def test_the_same_morphemes_as_mecab(tagger: MecabTagger, plain: Any) -> None:
    morphemes = tagger.parse(pa.array(TEXTS))
    for row, text in enumerate(TEXTS):
        # A node is only good until the next call.
        nodes = [
            (node.surface, node.feature[0], int(node.is_unk))
            for sentence in split(text)
            for node in plain(sentence)
        ]
        span = slice(morphemes.first[row], morphemes.first[row + 1])
        unknown = (morphemes.contexts[span] >= morphemes.dictionary.known).astype(int).tolist()
        found = zip(morphemes.surfaces(row), morphemes.parts(row), unknown, strict=True)
        assert list(found) == nodes


def test_counts(tagger: MecabTagger) -> None:
    counts = tagger.analyze(pa.array(["すもももももももものうち", "", "foobarbaz。", DIVERSE]))
    assert counts.morphemes.tolist() == [7, 0, 2, 27]
    assert counts.unknown.tolist() == [0, 0, 1, 0]
    assert counts.segmented is None
    assert named(counts, 0) == {"nouns": 4, "particles": 3}
    assert named(counts, 1) == {}
    assert named(counts, 2) == {"nouns": 1, "symbols": 1}
    assert counts.classes is not None
    assert counts.classes.sum(axis=1).tolist() == counts.morphemes.tolist()
    assert tagger.analyze(pa.array(["あ"]), pos=False).classes is None


DIVERSE = "しかし、この本はとても美しくて、ああ、第二の静かで奇跡的なものだと彼は走らない。"


def test_every_class_is_counted(tagger: MecabTagger) -> None:
    morphemes = tagger.parse(pa.array([DIVERSE]))
    expected = dict.fromkeys(CLASSES, 0)
    for part in morphemes.parts(0):
        expected[CLASS_OF_PART.get(part, "others")] += 1
    assert morphemes.class_counts().tolist() == [list(expected.values())]
    assert min(expected.values()) > 0


CLASS_OF_PART = {
    "名詞": "nouns", "代名詞": "nouns", "動詞": "verbs", "形容詞": "adjectives",
    "形状詞": "adjectives", "副詞": "adverbs", "助詞": "particles", "助動詞": "auxiliaries",
    "補助記号": "symbols",
}  # fmt: skip


def named(counts: MorphemeCounts, row: int) -> dict[str, int]:
    assert counts.classes is not None
    return {name: n for name, n in zip(CLASSES, counts.classes[row].tolist(), strict=True) if n}


def test_segmented_text(tagger: MecabTagger) -> None:
    texts = ["\n吾輩は猫である。名前は  まだ無い。\n\n　どこで\n", "", "foo bar"]
    counts = tagger.analyze(pa.array(texts), wakati=True)
    assert counts.segmented is not None
    assert counts.segmented.to_pylist() == [
        "\n吾輩 は 猫 で ある 。 名前 は まだ 無い 。\n\nどこ で\n", "", "foo bar"
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.text("あい漢字カナか\u3099ー〜。「」（）a1 \t\n\u3000𠮷👨\u200d①\x00") | st.text()
    )
)
def test_text_can_be_put_together_again(tagger: MecabTagger, texts: list[str]) -> None:
    morphemes = tagger.parse(pa.array(texts, pa.string()))
    data, done = "".join(texts).encode(), 0
    for begin, end in zip(morphemes.begins.tolist(), morphemes.ends.tolist(), strict=True):
        assert data[done:begin].decode().replace("\0", " ").strip() == ""
        assert begin < end
        done = end
    assert data[done:].decode().replace("\0", " ").strip() == ""
    assert "".join("".join(morphemes.surfaces(n)) for n in range(len(texts))) == "".join(
        data[b:e].decode() for b, e in zip(morphemes.begins, morphemes.ends, strict=True)
    )
    without = [t.replace("\0", " ") for t in morphemes.segmented().to_pylist()]
    for text, segmented in zip(texts, without, strict=True):
        assert "".join(segmented.split()) == "".join(text.replace("\0", " ").split())
        assert segmented.count("\n") == text.count("\n")


def test_nul_does_not_cut_the_text(tagger: MecabTagger) -> None:
    morphemes = tagger.parse(pa.array(["前\x00後ろの文", "\x00"]))
    assert morphemes.surfaces(0) == ["前", "後ろ", "の", "文"]
    assert morphemes.surfaces(1) == []


def test_a_lone_surrogate_does_not_stop_the_batch(tagger: MecabTagger) -> None:
    broken = pa.array(["猫\ud800犬".encode("utf-8", "surrogatepass"), b"\xe7\x8a\xac"], pa.binary())
    array = pa.Array.from_buffers(pa.string(), 2, broken.buffers())
    morphemes = tagger.parse(array)
    assert morphemes.surfaces(0) == ["猫", "犬"]
    assert morphemes.surfaces(1) == ["犬"]


def test_slices(tagger: MecabTagger) -> None:
    array = pa.array(["捨てる", "猫。", "犬と猫", "捨てる"]).slice(1, 2)
    morphemes = tagger.parse(array)
    assert [morphemes.surfaces(0), morphemes.surfaces(1)] == [["猫", "。"], ["犬", "と", "猫"]]
    assert morphemes.segmented().to_pylist() == ["猫 。", "犬 と 猫"]
    nothing = tagger.analyze(pa.array([], pa.string()), wakati=True)
    assert (len(nothing.morphemes), nothing.segmented.to_pylist()) == (0, [])  # type: ignore[union-attr]


def test_a_batch_of_several_blocks_equals_its_parts(tagger: MecabTagger) -> None:
    texts = ["猫が鳴く。" * 9_000, "一行の" * 60_000, "犬"] * 2
    together = tagger.analyze(pa.array(texts), wakati=True)
    for row, text in enumerate(texts[:3]):
        alone = tagger.analyze(pa.array([text]), wakati=True)
        for other in (row, row + 3):
            assert together.morphemes[other] == alone.morphemes[0]
            assert named(together, other) == named(alone, 0)
            assert together.segmented[other] == alone.segmented[0]  # type: ignore[index]


def test_a_tagger_is_opened_anew_in_another_process(tagger: MecabTagger) -> None:
    packed = pickle.dumps(tagger)
    assert len(packed) < 200
    again = pickle.loads(packed)
    assert again.analyze(pa.array(["猫だ"])).morphemes.tolist() == [2]


def test_the_dictionary_tells_what_it_is() -> None:
    info = dictionary.dictionary_info()
    folder = Path(unidic_lite.DICDIR)
    sums = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in FILES]
    assert info == {
        "name": "unidic-lite",
        "version": "2.1.2",
        "charset": "utf8",
        "entries": 756264,
        "bytes": sum((folder / name).stat().st_size for name in FILES),
        "sha256": hashlib.sha256("".join(sums).encode()).hexdigest(),
    }


FILES = ("char.bin", "dicrc", "matrix.bin", "sys.dic", "unk.dic")


def test_context_ids_mean_what_the_dictionary_says() -> None:
    lines = Path(unidic_lite.DICDIR, "left-id.def").read_text("utf-8").splitlines()
    expected = {int(line.split(" ")[0]): line.split(" ")[1].split(",")[0] for line in lines}
    loaded = dictionary.load_dictionary()
    parts = loaded.parts[: loaded.known]
    assert len(parts) == len(expected)
    assert all(part in ("", expected[context]) for context, part in enumerate(parts))
    assert parts.count("") < 60
    assert {guess[0] for guess in loaded.guesses} == {"名詞", "感動詞", "空白", "補助記号", "記号"}


def test_another_folder_and_a_changed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUSKIT_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "my 'dict'"
    folder.mkdir()
    for name in FILES:
        source = Path(unidic_lite.DICDIR, name)
        if name == "dicrc":
            (folder / name).write_bytes(source.read_bytes())
        else:
            (folder / name).symlink_to(source)
    counts = MecabTagger(str(folder)).analyze(pa.array(["猫だ"]))
    assert counts.morphemes.tolist() == [2]
    info = dictionary.dictionary_info(str(folder))
    assert info == dictionary.dictionary_info() | {"name": "my 'dict'", "version": ""}
    before = (folder / "dicrc").stat()
    (folder / "dicrc").write_bytes(b";" * before.st_size)
    os.utime(folder / "dicrc", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert dictionary.dictionary_info(str(folder))["sha256"] != info["sha256"]


def test_a_folder_without_a_dictionary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no MeCab dictionary"):
        MecabTagger(str(tmp_path / "nowhere"))
    for content in (b"", b"short", np.arange(50, dtype="<u4").tobytes()):
        folder = tmp_path / str(len(content))
        folder.mkdir()
        (folder / "sys.dic").write_bytes(content)
        with pytest.raises(InputError):
            MecabTagger(str(folder))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:40] + b"EUC-JP" + data[46:], "character set is EUC-JP"),
        (lambda data: data[:-1], "cut short"),
        (lambda data: data[:4] + b"\x65" + data[5:], "version 102"),
    ],
)
def test_what_mecab_could_not_use_is_refused(
    change: Callable[[bytes], bytes], message: str, tmp_path: Path
) -> None:
    data = Path(unidic_lite.DICDIR, "unk.dic").read_bytes()
    (tmp_path / "sys.dic").write_bytes(change(data))
    with pytest.raises(InputError, match=message):
        MecabTagger(str(tmp_path))


def test_blocks_hold_a_mebibyte_or_one_piece() -> None:
    sizes = np.array([1 << 19, 1 << 19, 1, (1 << 20) + 1, 5, 5])
    blocks = [(block.start, block.stop) for block in _blocks(sizes)]
    assert blocks == [(0, 2), (2, 3), (3, 4), (4, 6)]
    assert list(_blocks(np.empty(0, np.int64))) == []
