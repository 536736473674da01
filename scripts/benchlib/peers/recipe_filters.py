"""Runs in a peer's environment: each of its filters by itself, on each document.

Reads JSON Lines (``text``, and ``words`` for datatrove) from the first argument, writes for each
document the names of the filters that reject it to the second. The third names the peer.
"""

import json
import sys
from pathlib import Path
from typing import Any

STOP_WORDS = list("のにをはたてがとで年し・月れさ")
NEVER = 10**9


def hojichar() -> dict[str, Any]:
    """HojiChar's filters with their defaults, by class name."""
    from hojichar import Document
    from hojichar.filters import document_filters as filters

    names = [
        "AcceptJapanese",
        "DiscardRareKuten",
        "DiscardAdultContentJa",
        "DiscardDiscriminationContentJa",
        "DiscardViolenceContentJa",
        "DiscardBBSComments",
        "DiscardAds",
        "DiscardTooManyNouns",
        "CharRepetitionRatioFilter",
        "WordRepetitionRatioFilter",
        "DiscardTooManySpecialToken",
        "SingleCharacterRepetitionFilter",
        "DiscardTooManyEndingEllipsis",
        "DiscardTooShortLines",
    ]

    def judge(made: Any) -> Any:
        return lambda row: made.apply(Document(row["text"])).is_rejected

    return {name: judge(getattr(filters, name)()) for name in names}


def datatrove(own_words: bool) -> dict[str, Any]:
    """Each bound of FineWeb-2's pipeline as a filter of datatrove with the others switched off."""
    from datatrove.data import Document
    from datatrove.pipeline import filters
    from datatrove.pipeline.filters import (
        fineweb_quality_filter,
        gopher_quality_filter,
        gopher_repetition_filter,
    )
    from datatrove.utils.text import split_into_words

    row_now: dict[str, Any] = {}

    def words(text: str, language: str) -> list[str]:
        if "found" not in row_now:
            row_now["found"] = split_into_words(text, "jpn_Jpan") if own_words else row_now["words"]
        return list(row_now["found"])

    for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
        module.split_into_words = words

    def repetition(**bounds: Any) -> Any:
        off = {"dup_line_frac": 0, "dup_para_frac": 0, "dup_line_char_frac": 0,
               "dup_para_char_frac": 0, "top_n_grams": (), "dup_n_grams": ()}  # fmt: skip
        return filters.GopherRepetitionFilter(language="jpn_Jpan", **{**off, **bounds})

    def fineweb(**bounds: Any) -> Any:
        off = {"line_punct_thr": -1, "short_line_thr": NEVER, "char_duplicates_ratio": NEVER,
               "new_line_ratio": NEVER}  # fmt: skip
        return filters.FineWebQualityFilter(language="jpn_Jpan", **{**off, **bounds})

    def quality(**bounds: Any) -> Any:
        off = {"min_doc_words": 0, "max_doc_words": 0, "min_avg_word_length": 0,
               "max_avg_word_length": 0, "max_symbol_word_ratio": 0, "max_bullet_lines_ratio": 0,
               "max_ellipsis_lines_ratio": 0, "max_non_alpha_words_ratio": 0,
               "min_stop_words": 0, "stop_words": STOP_WORDS}  # fmt: skip
        return filters.GopherQualityFilter(language="jpn_Jpan", **{**off, **bounds})

    tops = {2: 0.239, 3: 0.196, 4: 0.172}
    duplicates = {5: 0.243, 6: 0.225, 7: 0.207, 8: 0.190, 9: 0.175, 10: 0.159}
    made: dict[str, Any] = {"dup_line_frac": repetition(dup_line_frac=0.328)}
    made.update({f"top_{n}_gram": repetition(top_n_grams=((n, t),)) for n, t in tops.items()})
    made.update({f"dup_{n}_gram": repetition(dup_n_grams=((n, t),)) for n, t in duplicates.items()})
    made["line_punct_thr"] = fineweb(line_punct_thr=0.096)
    made["char_duplicates_ratio"] = fineweb(char_duplicates_ratio=0.1)
    made["new_line_ratio"] = fineweb(new_line_ratio=0.13)
    made["doc_words"] = quality(min_doc_words=50, max_doc_words=100000)
    made["avg_word_length"] = quality(min_avg_word_length=1, max_avg_word_length=6)
    made["symbol_word_ratio"] = quality(max_symbol_word_ratio=0.1)
    made["bullet_lines_ratio"] = quality(max_bullet_lines_ratio=0.9)
    made["ellipsis_lines_ratio"] = quality(max_ellipsis_lines_ratio=0.3)
    made["non_alpha_words_ratio"] = quality(max_non_alpha_words_ratio=0.759)
    made["stop_words"] = quality(min_stop_words=2)

    def judge(one: Any) -> Any:
        def rejects(row: dict[str, Any]) -> bool:
            if row_now.get("row") is not row:
                row_now.clear()
                row_now.update(row=row, words=row["words"])
            found = one.filter(Document(row["text"], ""))
            return not (found[0] if isinstance(found, tuple) else found)

        return rejects

    return {name: judge(one) for name, one in made.items()}


def main(source: str, target: str, peer: str) -> None:
    judges = hojichar() if peer == "hojichar" else datatrove(peer == "datatrove-own-words")
    with (
        Path(source).open(encoding="utf-8") as lines,
        Path(target).open("w", encoding="utf-8") as out,
    ):
        out.write(json.dumps(list(judges)) + "\n")
        for line in lines:
            row = json.loads(line)
            found = [name for name, rejects in judges.items() if rejects(row)]
            out.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
