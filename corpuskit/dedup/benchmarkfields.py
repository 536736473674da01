"""Which keys of a benchmark's records hold the question, the choices and the item's own name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("question",), ("問題文",), ("問題",), ("質問",), ("質問文",), ("設問",), ("query",),
    ("sentence1", "sentence2"), ("premise", "hypothesis"), ("sentence",), ("problem",),
    ("prompt",), ("instruction",), ("goal",), ("input",), ("text",),
)  # fmt: skip
_CHOICES = ("choices", "options", "選択肢", "candidates", "endings")
_NUMBERED = re.compile(r"(choice|option|選択肢|ending|sol|[a-j]$)\d*")
_IDS = (
    "id", "qid", "questionid", "itemid", "sentencepairid", "taskid", "promptid", "uid", "uuid",
    "問題id", "ファイル名",
)  # fmt: skip
#: Keys of a mapping within a record that hold its text; others, such as labels, do not.
_TEXTS = ("text", "stem", "content")
_DEEPEST = 6


def _plain(name: str) -> str:
    return re.sub(r"[-_ ]", "", name.lower())


def question_keys(names: Sequence[str]) -> tuple[str, ...]:
    """The keys of the question by their usual names; empty where none is known."""
    known = {_plain(name): name for name in reversed(names)}
    for wanted in _QUESTIONS:
        if all(name in known for name in wanted):
            return tuple(known[name] for name in wanted)
    return ()


def choice_keys(names: Sequence[str]) -> tuple[str, ...]:
    """The keys of the choices: one list, or ``choice0`` to ``choice4``, or ``A`` to ``D``."""
    for name in names:
        if _plain(name) in _CHOICES:
            return (name,)
    numbered = tuple(name for name in names if _NUMBERED.fullmatch(_plain(name)))
    return numbered if len(numbered) > 1 else ()


def id_key(names: Sequence[str]) -> str | None:
    """The key of an item's own name, or None."""
    known = {_plain(name): name for name in reversed(names)}
    return next((known[name] for name in _IDS if name in known), None)


def walk(value: Any, path: str) -> Iterator[Any]:
    """What stands under a dotted key; lists on the way are gone through."""
    if isinstance(value, list):
        for one in value:
            yield from walk(one, path)
    elif isinstance(value, Mapping):
        if path in value:
            yield value[path]
            return
        key, dot, rest = path.partition(".")
        if dot and key in value:
            yield from walk(value[key], rest)


def texts_in(value: Any) -> Iterator[str]:
    """The texts of a value: a text, a number, a list, or a mapping with a text or texts in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, Mapping):
        for key in _TEXTS:
            if key in value:
                yield from texts_in(value[key])
                return


def records_in(value: Any, question: str | None) -> list[Any] | None:
    """The records of a JSON document: the first list on the way down whose records have a question.

    ``[...]``, ``{"samples": [...]}`` and ``{"data": [{"paragraphs": [{"qas": [...]}]}]}`` are all
    found; None where there is none.
    """
    path = _path_to(value, question, 0)
    if path is None:
        return None
    found: list[Any] = [value]
    for key in path:
        found = list(_below(found, key))
    return list(_flat(found))


def _below(values: Sequence[Any], key: str) -> Iterator[Any]:
    for value in _flat(values):
        if isinstance(value, Mapping) and key in value:
            yield value[key]


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _path_to(value: Any, question: str | None, depth: int) -> tuple[str, ...] | None:
    """Keys that lead to the first record with a question; empty for the value itself."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, Mapping)), None)
    if not isinstance(value, Mapping):
        return None
    if any(True for _ in walk(value, question)) if question else question_keys(list(value)):
        return ()
    for key, below in value.items():
        path = _path_to(below, question, depth + 1)
        if path is not None:
            return (key, *path)
    return None
