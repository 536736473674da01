"""The stage `morphology`."""

from __future__ import annotations

from typing import Any, ClassVar

import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.ja.morphology import CLASSES, MecabTagger, dictionary_info
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
    """What MeCab is asked for."""

    dictionary: str | None = Field(
        None, description="Folder of a compiled MeCab dictionary in UTF-8; none means unidic-lite."
    )
    segmented: bool = Field(
        False, description="Also store the text with a space between morphemes."
    )


class Morphology(Stage):
    """Counts morphemes by part of speech with MeCab, and can store the segmented text.

    Shares are of all morphemes of the document; 0 where it has none. Classes follow UniDic's first
    part of speech: nouns with pronouns, adjectives with 形状詞, symbols with 補助記号 and 空白.
    """

    name: ClassVar[str] = "morphology"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = MorphologyParams
    example: ClassVar[str] = "- morphology: {segmented: true}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("morphemes", pa.int64(), "morphemes of MeCab, sentence by sentence"),
        *(
            Column(f"{name}_ratio", pa.float64(), f"{plural} / morphemes")
            for plural, name in _SINGULAR.items()
        ),
        Column("unknown_ratio", pa.float64(), "words not in the dictionary / morphemes"),
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._tagger: MecabTagger | None = None

    def columns_written(self) -> tuple[Column, ...]:
        """The counts, and the segmented text where it is asked for."""
        if not self.params.segmented:
            return self.writes
        about = "the text with a space between morphemes; line breaks stay"
        return (*self.writes, Column("segmented", pa.string(), about))

    def resources(self) -> tuple[Resource, ...]:
        """The dictionary, for the manifest."""
        info = dictionary_info(self.params.dictionary)
        own = self.params.dictionary is None
        return (
            Resource(
                name=str(info["name"]),
                kind="dictionary",
                version=str(info["version"]),
                digest=str(info["sha256"]),
                # unidic-lite's package: BSD for UniDic 2.1.2, made by NINJAL, Japan.
                license="BSD-3-Clause" if own else None,
                country="JP" if own else None,
            ),
        )

    def open(self) -> None:
        """Open MeCab in this process."""
        self._tagger = MecabTagger(self.params.dictionary)

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Analyse each text sentence by sentence."""
        if self._tagger is None:
            self.open()
        found = self._tagger.analyze(batch.column("text"), wakati=self.params.segmented)  # type: ignore[union-attr]
        columns = {"morphemes": pa.array(found.morphemes)}
        for i, plural in enumerate(CLASSES):
            columns[f"{_SINGULAR[plural]}_ratio"] = share(found.classes[:, i], found.morphemes)  # type: ignore[index]
        columns["unknown_ratio"] = share(found.unknown, found.morphemes)
        if found.segmented is not None:
            columns["segmented"] = found.segmented
        return append_columns(batch, columns)
