"""Whole runs over texts that must stay, and proof that `scripts/dedup_check` sees what is wrong."""

from __future__ import annotations

import itertools
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import dedupcheck_theory as theory
from benchlib.dedupcheck_corpus import Document
from benchlib.dedupcheck_run import Fates, deduplicate
from benchlib.dedupcheck_truth import Pairs, Sets, view
from benchlib.dedupcheck_verdict import Judge, Verdict

from tests.dedup.sheets import first_sheet, same_sheets, sheets
from tests.dedup.test_minhash import corpus, prose

#: Sentences in which a word appears; none has a number.
SENTENCES = (
    "朝の{0}は静かだ。",
    "古い{0}を見つけた。",
    "隣の町にも{0}がある。",
    "{0}と{0}を比べる。",
    "母は{0}が好きだという。",
    "{0}の色は青い。",
    "新しい{0}を待っている。",
    "次の{0}まで休もう。",
    "ここに{0}を置いた。",
    "誰の{0}だろうか。",
    "この{0}は高い。",
    "雨の日の{0}は暗い。",
)
VOICED = (
    ("バス", "パス", "ハス"),
    ("ホール", "ボール", "ポール"),
    ("ヘン", "ベン", "ペン"),
    ("かき", "がき"),
    ("はり", "ばり", "ぱり"),
    ("タンス", "ダンス"),
    ("こま", "ごま"),
)


def unvoiced(text: str) -> str:
    return re.sub("[\u3099\u309a]", "", unicodedata.normalize("NFD", text))


def kana_texts() -> dict[str, str]:
    found = {}
    for number, words in enumerate(VOICED):
        order = random.Random(number).sample(SENTENCES, len(SENTENCES))
        for word in words:
            found[word] = "".join(sentence.format(word) for sentence in order)
    return found


def long_texts() -> tuple[str, str]:
    """Two long texts that differ in one kana."""
    body = "".join(s.format("電車") for s in SENTENCES) * 2
    return body + "最後にバスを見た。", body + "最後にパスを見た。"


@dataclass(frozen=True)
class Case:
    """Documents, and what the run did with them."""

    documents: list[Document]
    fates: Fates
    sets: Sets
    pairs: Pairs

    def judge(self, fates: Fates) -> Verdict:
        return Judge(self.documents, self.sets, fates).verdict(self.pairs)

    def taken(self, prefix: str) -> dict[str, str]:
        """Removed documents of a group, and what each names."""
        return {
            i: row["duplicate_of"] for i, row in self.fates.gone.items() if i.startswith(prefix)
        }


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    texts = {"sheet first": first_sheet()}
    texts |= {f"sheet {name}": text for name, text in sheets()}
    other = first_sheet().replace("製品仕様書", "取扱説明書")
    texts |= {f"same {name}": _moved(text) for name, text in [("as it is", other), *same_sheets()]}
    texts |= {f"kana {word}": text for word, text in kana_texts().items()}
    texts |= dict(zip(("long one", "long two"), long_texts(), strict=True))
    texts |= {f"random {i}": text for i, text in enumerate(corpus(11, 60))}
    documents = [Document(name, text) for name, text in texts.items()]
    random.Random(1).shuffle(documents)
    fates = deduplicate(documents, tmp_path_factory.mktemp("run"))
    sets = Sets([document.text for document in documents])
    return Case(documents, fates, sets, sets.pairs(theory.FLOOR))


def _moved(text: str) -> str:
    """The text with the words of another template, so that it meets no sheet of the first one."""
    return text.translate(str.maketrans("をにのはが、", "ヲニノハガ，"))


def test_sheets_that_differ_in_one_rating_all_stay(case: Case) -> None:
    names = [document.id for document in case.documents if document.id.startswith("sheet ")]
    assert len(names) > 80
    assert case.taken("sheet ") == {}
    clusters = {case.fates.kept[name]["cluster"] for name in names}
    assert len(clusters) == 1 and clusters != {None}
    heads = [name for name in names if case.fates.kept[name]["template_of"] is None]
    assert len(heads) == 1
    at = {document.id: i for i, document in enumerate(case.documents)}
    for one, two in itertools.islice(itertools.combinations(names, 2), 500):
        left, right = np.array([at[one]]), np.array([at[two]])
        common = case.sets.common(left, right)
        assert case.sets.jaccard(left, right, common)[0] > 0.9


def test_sheets_that_write_the_same_values_in_another_way_go(case: Case) -> None:
    names = [document.id for document in case.documents if document.id.startswith("same ")]
    gone = case.taken("same ")
    assert len(names) > 10 and len(gone) == len(names) - 1
    assert len(set(gone.values())) == 1 and set(gone.values()) < set(names)


def test_texts_that_only_dakuten_tell_apart_stay(case: Case) -> None:
    texts = kana_texts()
    for words in VOICED:
        assert len({unvoiced(texts[word]) for word in words}) == 1
        for one, two in itertools.combinations(words, 2):
            pair = Sets([texts[one], texts[two]]).pairs(0.01)
            assert len(pair) == 1 and pair.jaccard[0] < 0.8
    assert case.taken("kana ") == {}
    assert all(case.fates.kept[f"kana {word}"]["cluster"] is None for word in texts)


def test_one_changed_kana_in_a_long_text_is_a_near_duplicate(case: Case) -> None:
    assert len(case.taken("long ")) == 1


def test_nothing_is_wrong(case: Case) -> None:
    found = case.judge(case.fates)
    assert found.violations == []
    assert found.removed > 60 and found.templates > 90 and found.recall >= 0.99
    assert found.removed == len(case.fates.gone)


# --- the check itself: it must see what is wrong --------------------------------------------------

Rows = dict[str, dict[str, Any]]


def _wrong_jaccard(kept: Rows, gone: Rows) -> None:
    next(row for row in gone.values() if row["jaccard"] < 1)["jaccard"] += 2e-6


def _wrong_containment(kept: Rows, gone: Rows) -> None:
    next(iter(gone.values()))["containment"] -= 2e-6


def _wrong_bands(kept: Rows, gone: Rows) -> None:
    next(iter(gone.values()))["bands_hit"] = []


def _stranger(kept: Rows, gone: Rows) -> None:
    gone["long one" if "long one" in gone else "long two"]["duplicate_of"] = "kana バス"


def _names_a_removed_one(kept: Rows, gone: Rows) -> None:
    first, second = itertools.islice(gone, 2)
    gone[first]["duplicate_of"] = second


def _both_stay(kept: Rows, gone: Rows) -> None:
    name = "long one" if "long one" in gone else "long two"
    other = gone.pop(name)["duplicate_of"]
    kept[name] = {
        **kept[other],
        "id": "0",
        "text": dict(zip(LONG, long_texts(), strict=True))[name],
    }


def _both_stay_apart(kept: Rows, gone: Rows) -> None:
    _both_stay(kept, gone)
    kept["long one"]["cluster"] = kept["long two"]["cluster"] = None


def _sheet_removed(kept: Rows, gone: Rows) -> None:
    name = next(i for i in kept if i.startswith("sheet ") and kept[i]["template_of"])
    row = kept.pop(name)
    gone[name] = {**row, "duplicate_of": row["template_of"], "jaccard": row["template_jaccard"]}
    gone[name] |= {"containment": 0.99, "bands_hit": [0]}


def _wrong_template(kept: Rows, gone: Rows) -> None:
    next(row for row in kept.values() if row["template_of"])["template_jaccard"] -= 2e-6


def _wrong_size(kept: Rows, gone: Rows) -> None:
    next(row for row in kept.values() if row["cluster_size"])["cluster_size"] += 1


def _wrong_policy(kept: Rows, gone: Rows) -> None:
    name = next(i for i, row in gone.items() if i.startswith("same ") and row["jaccard"] < 1)
    other = gone[name]["duplicate_of"]
    ours, theirs = gone.pop(name), kept.pop(other)
    kept[name] = {**theirs, "id": ours["id"], "text": ours["text"]}
    gone[other] = {**ours, "id": theirs["id"], "text": theirs["text"], "duplicate_of": name}
    for row in (*gone.values(), *kept.values()):
        for column in ("duplicate_of", "template_of", "cluster"):
            if row.get(column) == other:
                row[column] = name


def _wrong_text(kept: Rows, gone: Rows) -> None:
    next(iter(kept.values()))["text"] += "。"


LONG = ("long one", "long two")
BROKEN: tuple[tuple[Callable[[Rows, Rows], None], str], ...] = (
    (_wrong_jaccard, "its Jaccard is not the true one"),
    (_wrong_containment, "its containment is not the true one"),
    (_wrong_bands, "its bands are not those"),
    (_stranger, "lies below the bound"),
    (_names_a_removed_one, "names no kept document"),
    (_both_stay, "both stay in one cluster with the same numbers"),
    (_both_stay_apart, "share a band, and are in different clusters"),
    (_sheet_removed, "its numbers differ"),
    (_wrong_template, "is no template as it says"),
    (_wrong_size, "another cluster_size"),
    (_wrong_policy, "is preferred to the one it names"),
    (_wrong_text, "another text"),
)


@pytest.mark.parametrize(("break_it", "words"), BROKEN, ids=[f.__name__ for f, _ in BROKEN])
def test_the_check_sees(case: Case, break_it: Callable[[Rows, Rows], None], words: str) -> None:
    def copied(rows: Mapping[str, Mapping[str, Any]]) -> Rows:
        return {i: dict(row) for i, row in rows.items()}

    kept, gone = copied(case.fates.kept), copied(case.fates.gone)
    break_it(kept, gone)
    assert any(words in line for line in case.judge(Fates(kept, gone)).violations)


def test_the_check_sees_more_misses_than_the_curve_allows(case: Case) -> None:
    """Nothing found at all: pairs that share no band would have to be that many."""
    kept = {d.id: {**_row(case, d.id), "cluster": None, "template_of": None, "cluster_size": None}
            for d in case.documents if d.text}  # fmt: skip
    lines = case.judge(Fates(kept, {})).violations
    assert any(line.startswith("recall ") for line in lines)
    assert any("the curve allows" in line for line in lines)


def _row(case: Case, name: str) -> Mapping[str, Any]:
    return case.fates.kept.get(name) or case.fates.gone[name]


# --- the truth and the theory ---------------------------------------------------------------------


def test_truth_equals_sets_of_strings() -> None:
    rng = random.Random(5)
    rare = "".join(chr(0x4E00 + i) for i in range(5000))  # more than have a code of their own
    texts = [
        "",
        " ",
        "あ",
        "あい",
        "あいうえ",
        "あいうえお",
        "\u3000あいうえお\n",
        "あい\t\nうえお",
    ]
    texts += [
        "あ\x1cい",
        "あ\u200bい",
        "😀😀😀😀😀😀",
        "😀𠮟😀𠮟😀𠮟",
        rare,
        rare[4000:] + rare[:300],
    ]
    texts += [prose(rng.randint(1, 60), rng) * rng.randint(1, 2) for _ in range(60)]
    texts += [texts[rng.randrange(len(texts))] + prose(3, rng) for _ in range(60)]
    strings = []
    for text in texts:
        seen = re.sub("[\t-\r \x85\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+", " ", text)
        seen = seen.strip(" ")
        assert view(text) == seen
        strings.append({seen[i : i + 5] for i in range(max(len(seen) - 4, min(1, len(seen))))})
    sets = Sets(texts)
    assert sets.sizes.tolist() == [len(one) for one in strings]
    want = {}
    for one, two in itertools.combinations(range(len(texts)), 2):
        common = len(strings[one] & strings[two])
        union = len(strings[one] | strings[two])
        if union and common / union >= 0.3:
            want[one, two] = (common, common / union)
    found = sets.pairs(0.3)
    assert len(want) > 60
    rows = zip(
        found.left.tolist(), found.right.tolist(), found.common.tolist(), found.jaccard.tolist(),
        strict=True,
    )  # fmt: skip
    assert {(one, two): (common, value) for one, two, common, value in rows} == want


def many_pairs(count: int) -> tuple[list[str], Pairs]:
    """Pairs of texts on nothing common, of every similarity."""
    rng = random.Random(3)
    texts = []
    for _ in range(count):
        text = prose(150, rng)
        share = rng.choice([0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1])
        texts += [text, "".join(rng.choice(text) if rng.random() < share else c for c in text)]
    return texts, Sets(texts).pairs(theory.FLOOR)


def test_theory_holds_and_another_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, pairs = many_pairs(1500)
    sign = theory.signer(texts)
    bins = theory.compare(pairs, len(texts), sign, [1, 2])
    assert all(one.holds for one in bins)
    assert all(one.trials == 2 * one.pairs for one in bins)  # each pair is a family
    assert sum(one.trials for one in bins) > 5000

    def repeated(permutations: int, seed: int) -> theory.Signatures:
        """Bands that are no independent draws: every second one is the one before."""
        values = sign(permutations, seed).copy()
        bands = values[:, :108].reshape(len(values), 9, 2, 6)
        bands[:, :, 1] = bands[:, :, 0]
        return values

    wrong = theory.compare(pairs, len(texts), repeated, [1, 2], [(18, 6)])
    assert sum(not one.holds for one in wrong) > 3
    monkeypatch.setattr(theory, "probability", lambda j, bands, rows: 1 - (1 - j**8) ** bands)
    wrong = theory.compare(pairs, len(texts), sign, [1, 2], [(18, 6)])
    assert sum(not one.holds for one in wrong) > 3


def test_a_family_is_one_trial() -> None:
    rng = random.Random(4)
    body = prose(400, rng)
    texts = [body[: 300 + 5 * i] for i in range(20)]
    pairs = Sets(texts).pairs(theory.FLOOR)
    bins = theory.compare(pairs, len(texts), theory.signer(texts), [1, 2, 3], [(18, 6)])
    assert max(one.pairs for one in bins) > 20
    assert {one.trials for one in bins if one.pairs} == {3}
