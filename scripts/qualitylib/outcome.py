"""Trains the same small language model on what each recipe keeps of one pool, and compares them.

The pool: pieces of good documents (of the half that the fit of `quality` didn't see), and 30 % of
characters of junk planted among them, seven kinds alike. From the pool each way of choosing takes
what it keeps, in an order that chance decides, up to the same number of characters (of the one that
keeps least, those under --least aside). A 5-gram model of characters is trained on each. Bits per
character are of other, clean documents of the same kinds: means over draws of the training text,
and the standard error of their mean.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpuskit.quality.kneserney import train
from corpuskit.quality.langmodel import LanguageModel
from corpuskit.quality.trusted import scores_of
from corpuskit.recipes.judge import Judge, kept, open_recipe
from qualitylib import junk
from qualitylib.data import KINDS, draw, half, piece

RECIPES = ("swallow-v1", "fineweb2-jpn", "llmjp-v1", "llmjp-v1-strict", "uzushio-03a",
           "hojichar-default", "web")  # fmt: skip
#: corpuskit's profiles as a recipe would choose them, by source.
PROFILES = {"law": "law", "literature": "literature", "encyclopedia": "encyclopedia",
            "manual": "industrial", "office": "industrial"}  # fmt: skip
BOUND = 0.5


@dataclass(frozen=True)
class Pool:
    """What is chosen from."""

    texts: list[str]
    kinds: np.ndarray  # of the documents, or of those that junk was made of
    junk: np.ndarray  # kind of junk, or an empty string


def _cut(folder: Path, each: int, longest: int) -> dict[str, tuple[list[str], list[str]]]:
    """Pieces for the pool and clean documents to look at, by kind; no document gives both."""
    found = {}
    for kind in KINDS:
        whole = half(folder, kind, 1, each)
        texts = [piece(t, longest) for t in whole]
        texts = list(dict.fromkeys(t for t in texts if len(t) >= 200))
        held = [t for t in texts if draw("held", t) < 0.2]
        found[kind] = ([t for t in texts if draw("held", t) >= 0.2], held)
    return found


def made(cut: dict[str, tuple[list[str], list[str]]], share: float = 0.3) -> Pool:
    """The pool: good texts, and junk of as many characters as make `share` of all."""
    texts, kinds, marks = [], [], []
    makers = list(junk.MAKERS)
    sizes = dict.fromkeys(makers, 0)
    for kind, (good, _) in cut.items():
        texts += good
        kinds += [kind] * len(good)
        marks += [""] * len(good)
    wanted = sum(map(len, texts)) * share / (1 - share) / len(makers)
    basis = sorted(zip(texts, kinds, strict=True), key=lambda row: draw("junk", row[0]))
    for turn in range(20):
        for i, (text, kind) in enumerate(basis):
            maker = makers[(i + turn) % len(makers)]
            if sizes[maker] < wanted:
                texts.append(junk.make(maker, text, turn))
                kinds.append(kind)
                marks.append(maker)
                sizes[maker] += len(texts[-1])
    return Pool(texts, np.array(kinds), np.array(marks))


def judged(texts: list[str], recipe: str) -> np.ndarray:
    """What a profile keeps; rules whose list isn't given are omitted."""
    with tempfile.TemporaryDirectory() as scratch:
        judge = Judge(open_recipe(recipe, {}, True, Path(scratch)))
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts), "source": ["pool"] * len(texts)})
    return kept(judge.reasons(batch)[0])


def choices(pool: Pool, trusted: list[str]) -> dict[str, np.ndarray]:
    """What each way of choosing keeps of the pool."""
    text = pa.array(pool.texts, pa.string())
    found = {"raw": np.ones(len(pool.texts), bool)}
    for recipe in RECIPES:
        found[recipe] = judged(pool.texts, recipe)
    own = np.zeros(len(pool.texts), bool)
    for kind, profile in PROFILES.items():
        rows = np.flatnonzero(pool.kinds == kind)
        own[rows] = judged([pool.texts[i] for i in rows], profile)
    found["profiles by source"] = own
    score = scores_of(text, None, "good") >= BOUND
    found["quality"] = score
    found["quality + profiles"] = score & own
    model = train([pa.array(trusted, pa.string())], "characters", 5)
    limit = limits(model, trusted)
    bits = model.score(text).bits()
    found["quality + perplexity"] = score & (bits <= limit)
    found["clean only (oracle)"] = pool.junk == ""
    return found


def limits(model: LanguageModel, trusted: list[str]) -> float:
    """Bits per character that one in twenty trusted texts exceeds when a model hasn't seen it."""
    halves = [[t for t in trusted if (draw("limit", t) < 0.5) == side] for side in (True, False)]
    bits = [
        train([pa.array(a)], "characters", 5).score(pa.array(b)).bits()
        for a, b in (halves, halves[::-1])
    ]
    return float(np.quantile(np.concatenate(bits), 0.95))


def taken(texts: list[str], keep: np.ndarray, size: int, seed: int) -> list[str]:
    """Texts that are kept, in an order that chance decides, `size` characters of them."""
    rows = sorted(np.flatnonzero(keep), key=lambda i: draw("take", seed, texts[i], i))
    out: list[str] = []
    left = size
    for i in rows:
        if left <= 0:
            break
        out.append(texts[i][:left])
        left -= len(out[-1])
    return out


def compare(
    pool: Pool, held: dict[str, list[str]], found: dict[str, np.ndarray], seeds: int, least: float,
    show: Callable[[str], None],
) -> None:  # fmt: skip
    sizes = np.array([len(t) for t in pool.texts])
    shares = {name: float(sizes[keep].sum() / sizes.sum()) for name, keep in found.items()}
    size = int(min(s for s in shares.values() if s >= least) * sizes.sum())
    show(f"pool: {len(sizes):,} texts, {sizes.sum():,} characters, "
         f"{sizes[pool.junk != ''].sum() / sizes.sum():.1%} junk; {size:,} each")  # fmt: skip
    show("choice\tkept\tclean kept\tjunk kept\t" + "\t".join(held) + "\tmean\terror")
    clean = sizes * (pool.junk == "")
    for name, keep in found.items():
        facts = (f"{name}\t{shares[name]:.3f}\t{clean[keep].sum() / clean.sum():.3f}\t"
                 f"{(sizes - clean)[keep].sum() / (sizes - clean).sum():.3f}")  # fmt: skip
        if shares[name] < least:
            show(facts + "\t" + "\t".join("–" for _ in held) + "\t–\t–")
            continue
        rows = []
        for seed in range(seeds):
            model = train([pa.array(taken(pool.texts, keep, size, seed))], "characters", 5)
            scores = [model.score(pa.array(texts)) for texts in held.values()]
            rows.append([-s.log10.sum() * np.log2(10) / s.characters.sum() for s in scores])
        table = np.array(rows)
        means = table.mean(axis=1)
        error = means.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else float("nan")
        values = "\t".join(f"{v:.3f}" for v in table.mean(axis=0))
        show(f"{facts}\t{values}\t{means.mean():.3f}\t{error:.3f}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with corpus/")
    parser.add_argument("--each", type=int, default=400, help="documents of each kind")
    parser.add_argument("--longest", type=int, default=3000, help="characters of a piece")
    parser.add_argument("--seeds", type=int, default=8, help="draws of the training text")
    parser.add_argument(
        "--least", type=float, default=0.2, help="share of the pool; who keeps less isn't trained"
    )
    given = parser.parse_args(arguments)
    cut = _cut(given.data, given.each, given.longest)
    trusted = [
        piece(t, given.longest)
        for kind in KINDS
        for t in half(given.data, kind, 0, given.each // 2)
    ]
    pool = made(cut)
    found = choices(pool, trusted)
    compare(pool, {k: held for k, (_, held) in cut.items()}, found, given.seeds, given.least, print)
    kinds = [k for k in junk.MAKERS]
    print("junk kept, by kind:\t" + "\t".join(kinds))
    for name, keep in found.items():
        print(name + "\t" + "\t".join(f"{keep[pool.junk == k].mean():.3f}" for k in kinds))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
