"""The stages that `scripts/bench text` measures, and HojiChar's filters that measure the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: Every signal without MeCab; `signals.words` gets HojiChar's own lists (see `word_lists`).
SIGNALS: tuple[str, ...] = (
    "signals.scripts", "signals.lines", "signals.letters", "signals.sentences", "signals.blocks",
    "signals.layout", "signals.industrial", "signals.ocr", "signals.translation", "signals.menus",
    "signals.compression", "signals.ngrams", "signals.repetition",
)  # fmt: skip

#: What the rules for ordinary web pages are over: the quickstart's.
WEB: tuple[str, ...] = ("signals.scripts", "signals.lines")

#: HojiChar's filters that need no MeCab and no network, with their defaults.
HOJICHAR: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DocumentLengthFilter", {"min_doc_len": 200, "max_doc_len": 50_000}),
    ("AcceptJapanese", {}),
    ("DiscardRareKuten", {}),
    ("DiscardTooShortLines", {}),
    ("DiscardTooManyEndingEllipsis", {}),
    ("DiscardTooManySpecialToken", {}),
    ("SingleCharacterRepetitionFilter", {}),
    ("CharRepetitionRatioFilter", {}),
    ("DiscardAdultContentJa", {}),
    ("DiscardDiscriminationContentJa", {}),
    ("DiscardViolenceContentJa", {}),
    ("DiscardAds", {}),
    ("DiscardBBSComments", {}),
)

#: corpuskit's stages that give the numbers which those filters judge.
EQUIVALENT: tuple[str, ...] = (
    "signals.scripts", "signals.letters", "signals.blocks", "signals.repetition", "signals.words",
    "signals.patterns",
)  # fmt: skip

BBS = (
    r"[0-9０-９]{4}[年.\-/] *[0-9０-９]{1,2}[月.\-/] *[0-9０-９]{1,2}日*|コメント|SOLD OUT|"
    r"レビュー|投稿|ページ|\([月火水木金土日]\)|質問|[0-9０-９]+話|楽天市場|-"
)
"""HojiChar's DiscardBBSComments as RE2 writes it; \\d of Python also means full-width digits."""

_LISTS = {
    "adult": "adult_keywords_ja.txt",
    "discrimination": "discrimination_keywords_ja.txt",
    "violence": "violence_keywords_ja.txt",
    "ads": "advertisement_keywords_ja.txt",
}


def word_lists(site: Path) -> dict[str, str]:
    """Paths of HojiChar's lists in its environment's site-packages, by name."""
    return {name: str(site / "hojichar" / "dict" / file) for name, file in _LISTS.items()}
