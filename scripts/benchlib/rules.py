"""The rules of the pipeline benchmark: each once, as both sides express it.

The bounds are milder than HojiChar's defaults: those are made for web pages and reject 86 % of a
corpus of literature, laws and manuals within its first cheap filters, so that neither side would
have much to hash. With these most of the text goes the whole way on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: MinHash on every side: 112 permutations, as FineWeb-2 and datatrove have them.
BANDS, ROWS, NGRAM = 14, 8, 5


@dataclass(frozen=True)
class Bound:
    """A rule of a corpuskit recipe: a column, and the least or largest value that stays."""

    signal: str
    min: float | None = None
    max: float | None = None

    def as_recipe(self, reason: str) -> dict[str, Any]:
        """As a recipe writes it."""
        bounds = {"min": self.min, "max": self.max}
        given = {key: value for key, value in bounds.items() if value is not None}
        return {"signal": self.signal, **given, "reason": reason}

    def __str__(self) -> str:
        least = "" if self.min is None else f" >= {self.min:g}"
        most = "" if self.max is None else f" <= {self.max:g}"
        return f"{self.signal}{least}{most}"


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: what it is about.
        filter: HojiChar's filter.
        parameters: its parameters.
        bounds: corpuskit's bounds; none where it has no such signal.
        differs: what the two sides count differently.
    """

    name: str
    filter: str
    parameters: dict[str, Any] = field(hash=False)
    bounds: tuple[Bound, ...]
    differs: str

    def hojichar(self) -> tuple[str, dict[str, Any]]:
        """The filter as HojiChar takes it."""
        return self.filter, self.parameters

    def corpuskit(self) -> list[dict[str, Any]]:
        """The bounds as a recipe writes them."""
        return [bound.as_recipe(self.name) for bound in self.bounds]


SHARED: tuple[Rule, ...] = (
    Rule(
        "document length",
        "DocumentLengthFilter",
        {"min_doc_len": 50},
        (Bound("characters", min=50),),
        "both count code points of their own normalised text",
    ),
    Rule(
        "Japanese",
        "AcceptJapanese",
        {"lookup_size": 1000},
        (Bound("kana_ratio", min=0.000001),),
        "any kana; HojiChar in the first 1,000 characters, corpuskit in the whole text",
    ),
    Rule(
        "rare sentence ends",
        "DiscardRareKuten",
        {"max_average_sentence_length": 1000},
        (Bound("mean_sentence", max=1000),),
        "HojiChar counts each 。; corpuskit counts 。！？!?．, a run of them once",
    ),
    Rule(
        "short lines",
        "DiscardTooShortLines",
        {"threshold": 0.8},
        (Bound("short_line_ratio", max=0.8),),
        "lines of up to 10 characters; HojiChar counts blank lines, corpuskit leaves them out",
    ),
    Rule(
        "ellipses",
        "DiscardTooManyEndingEllipsis",
        {"threshold": 0.7},
        (Bound("ellipsis_line_ratio", max=0.7),),
        "share of line feeds in HojiChar, of lines that are not blank in corpuskit",
    ),
)
"""Rules that both sides express."""

NEAR: tuple[Rule, ...] = (
    Rule(
        "special characters",
        "DiscardTooManySpecialToken",
        {"threshold": 0.4},
        (Bound("special_ratio", max=0.4),),
        "both: punctuation, white space, symbols and emoji of all characters; HojiChar by a list, "
        "corpuskit by Unicode class",
    ),
    Rule(
        "repetition",
        "CharRepetitionRatioFilter",
        {"threshold": 0.33, "ngram_size": 5},
        (Bound("top_ngram_ratio", max=0.33),),
        "the same formula on both sides, each over its own normalised text",
    ),
    Rule(
        "one character again and again",
        "SingleCharacterRepetitionFilter",
        {"threshold": 200},
        (Bound("longest_run", max=200),),
        "white space does not count as a run in corpuskit",
    ),
)
"""HojiChar's other rules for web text; corpuskit has them, counted a little otherwise."""

MECAB: tuple[Rule, ...] = (
    Rule(
        "too many nouns",
        "DiscardTooManyNouns",
        {"threshold": 0.8},
        (Bound("noun_ratio", max=0.8),),
        "HojiChar: 名詞 of all but 補助記号, rejected at the bound; corpuskit: 名詞 and 代名詞 of "
        "all morphemes, kept at the bound",
    ),
    Rule(
        "word repetition",
        "WordRepetitionRatioFilter",
        {"threshold": 0.4, "ngram_size": 7},
        (),
        "HojiChar only, and with a MeCab pass of its own: corpuskit has no such signal here",
    ),
)
"""Rules that need MeCab."""

DIFFERENCES: tuple[str, ...] = (
    "normalise: HojiChar NFKC (also ① to 1, m² to m2); corpuskit its safe normalisation",
    "MinHash: 14 bands x 8 rows over character 5-grams on both sides (HojiChar's num_bands and "
    "band_size); HojiChar removes what shares a band with any earlier document; corpuskit removes "
    "only at exact Jaccard >= 0.8 with equal numbers",
    "HojiChar: filters and LSH keys in two processes, its InlineDeduplicator in the parent (its "
    "keys live in one process); MeCab filters therefore also see what is removed later",
    "output: HojiChar and datatrove write the kept documents as JSON Lines; corpuskit writes kept, "
    "rejected and duplicate documents with evidence as Parquet, manifest, card and digests",
    "ads, BBS and NG words: left out on both sides",
    "datatrove: its own rules (Gopher and FineWeb filters, bounds of FineWeb-2 jpn_Jpan) and words "
    "by Sudachi; no normalisation, no language identification (its model is a download)",
)
"""What else differs between the sides."""


def hojichar(rules: Iterable[Rule]) -> list[tuple[str, dict[str, Any]]]:
    """HojiChar's filters for some rules."""
    return [rule.hojichar() for rule in rules]


def corpuskit(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """A recipe's bounds for some rules."""
    return [bound for rule in rules for bound in rule.corpuskit()]


def lines(rules: Iterable[Rule]) -> list[str]:
    """A line for each rule: HojiChar's filter, corpuskit's bounds, what differs."""
    out = []
    for rule in rules:
        given = ", ".join(f"{key}={value}" for key, value in rule.parameters.items())
        own = ", ".join(map(str, rule.bounds)) or "-"
        out.append(f"{rule.name}: {rule.filter}({given}) | {own} | {rule.differs}")
    return out
