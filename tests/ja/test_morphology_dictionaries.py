"""Other dictionaries: which field is what, compiled ones by path, and SudachiPy's."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
import sudachipy
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from corpuskit.errors import InputError, MissingExtraError
from corpuskit.ja import sudachi
from corpuskit.ja.dictionary import FILES, Layout, layout_of
from corpuskit.ja.lexicon import NAMES, Lexicon
from corpuskit.ja.morphology import MecabTagger
from corpuskit.ja.morphologystage import Morphology, MorphologyParams
from corpuskit.ja.sudachi import SudachiTagger

IPADIC = [
    ("田中", 1, "名詞,固有名詞,人名,姓,*,*,田中,タナカ,タナカ"),
    ("猫", 2, "名詞,一般,*,*,*,*,猫,ネコ,ネコ"),
    ("が", 3, "助詞,格助詞,一般,*,*,*,が,ガ,ガ"),
    ("大阪", 4, "名詞,固有名詞,地域,一般,*,*,大阪,オオサカ,オーサカ"),
    ("、", 5, '記号,読点,*,*,*,*,"、",、,、'),
]


def compiled(folder: Path, words: list[tuple[str, int, str]], unknown: str, dicrc: str = "") -> str:
    """A dictionary of a few words; the ids are given with them."""
    source, out = folder / "source", folder / "out"
    source.mkdir(parents=True)
    out.mkdir()
    ids = 1 + max(number for _, number, _ in words)
    lines = [f"{word},{number},{number},100,{features}\n" for word, number, features in words]
    numbers = [f"{i} X{i},*\n" for i in range(ids)]
    costs = [f"{a} {b} 0\n" for a in range(ids) for b in range(ids)]
    files = {
        "lex.csv": lines,
        "unk.def": [f"DEFAULT,2,2,5000,{unknown}\n", f"SPACE,2,2,9000,{unknown}\n"],
        "char.def": ["DEFAULT 0 1 0\n", "SPACE 0 1 0\n", "0x0020 SPACE\n"],
        "matrix.def": [f"{ids} {ids}\n", *costs],
        "left-id.def": numbers,
        "right-id.def": numbers,
        "feature.def": [],
        "rewrite.def": [],
        "pos-id.def": [],
        "dicrc": [dicrc, "cost-factor = 800\nbos-feature = BOS/EOS\nconfig-charset = UTF-8\n"],
    }
    for name, content in files.items():
        (source / name).write_text("".join(content), "utf-8")
    code = "import fugashi.cli, sys; sys.argv[0] = 'x'; fugashi.cli.build_dict()"
    command = [sys.executable, "-c", code, "-d", str(source), "-o", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    (out / "dicrc").write_text((source / "dicrc").read_text("utf-8"), "utf-8")
    return str(out)


def test_which_field_is_what() -> None:
    listed = "; f[0]: pos1\n; f[1]: pos2\n; f[2]: goshu\n"
    assert layout_of(listed, 3) == Layout(2, 2)
    assert layout_of(listed, 2) == Layout(1, None)  # the list is of another dictionary
    for fields in (17, 26, 29):
        assert layout_of("", fields) == Layout(4, 12)
    assert layout_of("", 9) == Layout(4, None)
    assert layout_of("", 7) == Layout(2, None)
    assert layout_of("", 3) == Layout(1, None)


def test_a_dictionary_like_ipadic(tmp_path: Path) -> None:
    folder = compiled(tmp_path, IPADIC, "名詞,固有名詞,組織,*,*,*,*")
    tagger = MecabTagger(folder)
    morphemes = tagger.parse(pa.array(["田中が、大阪\x00猫 鬱\n田中"]))
    assert morphemes.surfaces(0) == ["田中", "が", "、", "大阪", "猫", "鬱", "田中"]
    lexicon = tagger.dictionary
    tags = [lexicon.tags[context] for context in morphemes.contexts.tolist()]
    assert tags[0] == ("名詞", "固有名詞", "人名", "姓")
    assert tags[5] == ("名詞", "固有名詞", "組織")
    kinds = [NAMES[k] for k in lexicon.names()[morphemes.contexts]]
    assert kinds == ["surname", "", "", "place", "", "organization", "surname"]
    assert morphemes.unknown_counts().tolist() == [1]
    assert lexicon.origins is None
    assert lexicon.is_content()[morphemes.contexts].tolist() == [1, 0, 0, 1, 1, 1, 1]


def test_a_dictionary_that_lists_its_fields(tmp_path: Path) -> None:
    words = [("猫", 1, "名詞,和"), ("茶", 2, "名詞,漢")]
    dicrc = "; f[0]: pos1\n; f[1]: goshu\n"
    tagger = MecabTagger(compiled(tmp_path, words, "名詞,*", dicrc))
    morphemes = tagger.parse(pa.array(["猫茶犬"]))
    assert tagger.dictionary.origin_codes()[morphemes.contexts].tolist() == [1, 2, 0]


def test_ids_that_say_nothing_are_refused(tmp_path: Path) -> None:
    words = [("猫", 1, IPADIC[1][2]), ("鼠", 1, IPADIC[1][2]), ("が", 1, IPADIC[2][2]),
             ("犬", 2, IPADIC[1][2])]  # fmt: skip
    folder = compiled(tmp_path, words, "名詞,一般,*,*,*,*,*")
    with pytest.raises(InputError, match="context id 1 is of words of several kinds"):
        MecabTagger(folder)


def test_a_dictionary_by_path_in_the_stage(tmp_path: Path) -> None:
    folder = compiled(tmp_path / "d", IPADIC, "名詞,一般,*,*,*,*,*")
    stage = Morphology(MorphologyParams(dictionary="d/out", names=True))
    stage.root = tmp_path
    assert [path.name for path in stage.inputs()] == list(FILES)
    assert all(path.is_file() for path in stage.inputs())
    out = stage.process(pa.record_batch({"text": ["田中が"]}))
    assert out.column("person_name_ratio").to_pylist() == [0.5]
    asking = Morphology(MorphologyParams(dictionary=folder, origins=True))
    for call in (asking.inputs, asking.open):
        with pytest.raises(InputError, match="doesn't tell the origin"):
            call()


def test_kernels_are_asked_for_where_they_are_needed() -> None:
    assert Morphology.kernels_for({}) == ()
    assert Morphology.kernels_for({"names": True, "origins": True}) == ()
    assert Morphology.kernels_for({"repetition": True}) == ("morphemes",)
    assert Morphology.kernels_for({"dictionary": "d"}) == ("features",)
    assert Morphology.kernels_for({"dictionary": "core", "tagger": "sudachi"}) == ()


@pytest.fixture(scope="module")
def short() -> SudachiTagger:
    return SudachiTagger(mode="A")


def test_a_sudachi_tagger_is_opened_anew_in_another_process(short: SudachiTagger) -> None:
    again = pickle.loads(pickle.dumps(short))
    assert again.parse(pa.array(["選挙管理委員会"])).surfaces(0) == ["選挙", "管理", "委員", "会"]


@pytest.mark.parametrize("mode", ["A", "B", "C"])
def test_the_mode_reaches_sudachi(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The small dictionary has short words only, in which the modes don't differ.
    asked = []

    class Recorder:
        def __init__(self, dict: str) -> None: ...

        def tokenizer(self, mode: object) -> SimpleNamespace:
            asked.append(mode)
            return SimpleNamespace(tokenize=list)

        def pos_of(self, number: int) -> None: ...

    monkeypatch.setattr("sudachipy.Dictionary", Recorder)
    Morphology(MorphologyParams(tagger="sudachi", mode=mode)).open()
    assert asked == [getattr(sudachipy.SplitMode, mode)]


def test_sudachi_counts_and_names(short: SudachiTagger) -> None:
    morphemes = short.parse(pa.array(["  東京の foobarbaz㍿\t。", "", "猫\x00\n　犬"]))
    assert morphemes.surfaces(0) == ["東京", "の", "foobarbaz", "㍿", "。"]
    assert morphemes.surfaces(2) == ["猫", "犬"]
    assert morphemes.parts(0) == ["名詞", "助詞", "名詞", "名詞", "補助記号"]
    assert morphemes.unknown_counts().tolist() == [1, 0, 0]
    assert NAMES[morphemes.dictionary.names()[morphemes.contexts[0]]] == "place"
    assert morphemes.segmented().to_pylist()[0] == "東京 の foobarbaz ㍿ 。"


@settings(max_examples=40, deadline=None)
@given(st.text("あい漢字カナか\u3099ー〜。「」（）a1 \t\n\u3000𠮷👨\u200d①㍿ｶﾞ\x00") | st.text())
def test_sudachi_keeps_the_text(short: SudachiTagger, text: str) -> None:
    morphemes = short.parse(pa.array([text], pa.string()))
    data, done = text.encode(), 0
    for begin, end in zip(morphemes.begins.tolist(), morphemes.ends.tolist(), strict=True):
        assert data[done:begin].decode().replace("\0", " ").strip() == ""
        assert begin < end
        done = end
    assert data[done:].decode().replace("\0", " ").strip() == ""


def test_sudachi_takes_the_longest_piece(short: SudachiTagger) -> None:
    # 49,149 bytes are what it takes at once.
    morphemes = short.parse(pa.array(["𠮷" * 30_000]))
    assert (morphemes.begins[0], morphemes.ends[-1]) == (0, 120_000)


def test_what_sudachi_could_not_do_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no Sudachi dictionary"):
        SudachiTagger(str(tmp_path / "none.dic"))
    (tmp_path / "bad.dic").write_bytes(b"no dictionary")
    with pytest.raises(InputError, match="can't open"):
        SudachiTagger(str(tmp_path / "bad.dic"))
    with pytest.raises(InputError, match="sudachidict-full is not installed") as caught:
        Morphology(MorphologyParams(tagger="sudachi", dictionary="full")).inputs()
    assert "pip install sudachidict-full" in str(caught.value.remedy)
    with pytest.raises(ValidationError, match="origins need mecab"):
        MorphologyParams(tagger="sudachi", origins=True)
    monkeypatch.setattr(sudachi, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as missing:
        Morphology(MorphologyParams(tagger="sudachi")).inputs()
    assert "corpuskit[sudachi]" in str(missing.value.remedy)


def test_sudachi_in_the_manifest() -> None:
    (found,) = Morphology(MorphologyParams(tagger="sudachi")).resources()
    assert (found.name, found.license, found.country) == ("sudachidict-small", "Apache-2.0", "JP")
    assert len(found.digest) == 64 and found.version


def test_tables_by_context() -> None:
    lexicon = Lexicon(
        2,
        (("名詞", "地名"), ("名詞", "固有名詞", "地名", "国"), ("名詞", "接尾", "人名"), ()),
        None,
    )
    assert [NAMES[k] for k in lexicon.names()] == ["place", "country", "", ""]
    assert np.all(lexicon.origin_codes() == 0)
