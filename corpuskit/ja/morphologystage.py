"""The stage `morphology`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field, model_validator

from corpuskit.document import append_columns
from corpuskit.errors import InputError
from corpuskit.ja import morphemesignals as signals
from corpuskit.ja.dictionary import FILES, dictionary_info, load_dictionary
from corpuskit.ja.lexicon import CLASSES
from corpuskit.ja.morphemes import Tagger, parse
from corpuskit.ja.morphology import MecabTagger
from corpuskit.paths import resolve_path
from corpuskit.stage import Column, Params, Resource, Stage, share

_SINGULAR = {
    "nouns": "noun",
    "verbs": "verb",
    "adjectives": "adjective",
    "adverbs": "adverb",
    "particles": "particle",
    "auxiliaries": "auxiliary",
    "symbols": "symbol",
    "others": "other",
}


class MorphologyParams(Params):
    """Which tagger is asked, and what is measured beside the numbers of its morphemes."""

    tagger: Literal["mecab", "sudachi"] = Field(
        "mecab", description="mecab, or sudachi (SudachiPy; the extra `sudachi`)."
    )
    dictionary: str | None = Field(
        None,
        description="mecab: folder of a compiled dictionary in UTF-8; none means unidic-lite. "
        "sudachi: small, core, full or a compiled file; none means small.",
    )
    mode: Literal["A", "B", "C"] = Field(
        "C",
        description="sudachi: length of words, A short, B middle, C long (small: all short).",
    )
    segmented: bool = Field(
        False, description="Also store the text with a space between morphemes."
    )
    diversity: bool = Field(
        False, description="Also measure the vocabulary: content words, types, MATTR."
    )
    mattr_window: int = Field(100, ge=2, le=10_000, description="Words of a window of MATTR.")
    repetition: bool = Field(
        False, description="Also measure repeated n-grams of morphemes, of 2 to 10."
    )
    reading: bool = Field(
        False, description="Also measure grades of kanji and morphemes of a sentence."
    )
    origins: bool = Field(
        False,
        description="Also measure 和語, 漢語, 外来語, 混種語 and the readability by jReadability's "
        "formula; mecab with a UniDic only.",
    )
    names: bool = Field(
        False, description="Also measure proper nouns, people's and places' among them."
    )
    nouns: bool = Field(False, description="Also measure 名詞 without pronouns, as HojiChar does.")

    @model_validator(mode="after")
    def _agrees(self) -> MorphologyParams:
        if self.tagger == "sudachi" and self.origins:
            raise ValueError("origins need mecab with a UniDic: Sudachi's words have none")
        return self


class Morphology(Stage):
    """Counts morphemes by part of speech with MeCab or SudachiPy, and can measure much over them.

    Shares are of all morphemes of the document; 0 where it has none. Classes follow UniDic's first
    part of speech: nouns with pronouns, adjectives with 形状詞, symbols with 補助記号 and 空白.
    Texts are taken sentence by sentence, longer ones than 20,000 characters (12,000 with SudachiPy)
    in pieces. Content words, grades, names and n-grams are measured where a switch asks for them.
    """

    name: ClassVar[str] = "morphology"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = MorphologyParams
    example: ClassVar[str] = "- morphology: {segmented: true}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("morphemes", pa.int64(), "morphemes of the tagger, sentence by sentence"),
        *(
            Column(f"{name}_ratio", pa.float64(), f"{plural} / morphemes")
            for plural, name in _SINGULAR.items()
        ),
        Column("unknown_ratio", pa.float64(), "words not in the dictionary / morphemes"),
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._tagger: Tagger | None = None

    @classmethod
    def kernels_for(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Modules for what is measured over morphemes, and for checking a dictionary."""
        own = params.get("dictionary") is not None and params.get("tagger", "mecab") == "mecab"
        measured = any(params.get(switch) for switch in signals.WITH_KERNELS)
        return (*(("features",) if own else ()), *(("morphemes",) if measured else ()))

    def columns_written(self) -> tuple[Column, ...]:
        """The counts, and what the switches ask for."""
        columns = [*self.writes]
        if self.params.segmented:
            about = "the text with a space between morphemes; line breaks stay"
            columns.append(Column("segmented", pa.string(), about, holds_text=True))
        return (*columns, *signals.columns(self.params))

    def inputs(self) -> tuple[Path, ...]:
        """The files of a dictionary that is named by its path."""
        if self.params.tagger == "sudachi":
            from corpuskit.ja.sudachi import PACKAGED, sudachi_file

            file = sudachi_file(self._dictionary)
            return () if self._dictionary in (None, *PACKAGED) else (file.path,)
        self._check()
        folder = self._dictionary
        return () if folder is None else tuple(Path(folder) / name for name in FILES)

    def resources(self) -> tuple[Resource, ...]:
        """The dictionary, for the manifest."""
        if self.params.tagger == "sudachi":
            from corpuskit.ja.sudachi import sudachi_info

            info = sudachi_info(self._dictionary)
            # SudachiDict: Apache-2.0, made by Works Applications, Japan.
            origin = ("Apache-2.0", "JP") if info["version"] else (None, None)
        else:
            info = dictionary_info(self._dictionary)
            # unidic-lite's package: BSD for UniDic 2.1.2, made by NINJAL, Japan.
            origin = ("BSD-3-Clause", "JP") if self._dictionary is None else (None, None)
        return (
            Resource(
                name=str(info["name"]),
                kind="dictionary",
                version=str(info["version"]),
                digest=str(info["sha256"]),
                license=origin[0],
                country=origin[1],
            ),
        )

    def open(self) -> None:
        """Open the tagger in this process."""
        self._tagger = self._opened()

    def _opened(self) -> Tagger:
        if self.params.tagger == "sudachi":
            from corpuskit.ja.sudachi import SudachiTagger

            return SudachiTagger(self._dictionary, self.params.mode)
        self._check()
        return MecabTagger(self._dictionary)

    @property
    def _dictionary(self) -> str | None:
        """The dictionary: its absolute path, or the name of a package of Sudachi's, or None."""
        chosen: str | None = self.params.dictionary
        if chosen is None or (self.params.tagger == "sudachi" and "/" not in chosen):
            return chosen
        return resolve_path(chosen, self.root)

    def _check(self) -> None:
        """Refuse a dictionary that can't tell what is asked for."""
        if self.params.origins and load_dictionary(self._dictionary).origins is None:
            raise InputError(
                f"the dictionary {self._dictionary} doesn't tell the origin of words",
                "leave out 'origins', or name a UniDic",
            )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Analyse each text sentence by sentence."""
        if self._tagger is None:
            self._tagger = self._opened()
        morphemes = parse(self._tagger, batch.column("text"))
        found = morphemes.counts(wakati=self.params.segmented)
        columns = {"morphemes": pa.array(found.morphemes)}
        for i, plural in enumerate(CLASSES):
            columns[f"{_SINGULAR[plural]}_ratio"] = share(found.classes[:, i], found.morphemes)  # type: ignore[index]
        columns["unknown_ratio"] = share(found.unknown, found.morphemes)
        if found.segmented is not None:
            columns["segmented"] = found.segmented
        columns.update(signals.measure(morphemes, self.params))
        return append_columns(batch, columns)
