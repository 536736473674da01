"""A form with numbered fields: one model, written as JSON and as Markdown.

Disclosure forms without a published schema are models of ours, so that their fields and types are
checked whenever one is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field

from corpuskit.papers.facts import json_bytes
from corpuskit.papers.text import inline, markdown, table

Cell = str | int | None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rows(_Model):
    """A table as an answer."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Item(_Model):
    """A field of a form; the answer is None where nobody stated it."""

    number: str = Field(pattern=r"^\d+(\.\d+)*$")
    title: str = Field(min_length=1)
    answer: str | bool | Rows | None = None


class Section(_Model):
    """A heading and its fields."""

    number: str = Field(pattern=r"^\d+(\.\d+)*$")
    title: str = Field(min_length=1)
    items: tuple[Item, ...]


class Form(_Model):
    """A whole form.

    Attributes:
        form: which form, and which version of it.
        status: what the form is and is not, in the reader's language.
        dataset: ``urn:uuid:`` of the dataset.
        manifest_sha256: digest of its manifest.
    """

    form: str
    title: str
    status: str
    dataset: str = Field(pattern=r"^urn:uuid:[0-9a-f-]{36}$")
    manifest_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sections: tuple[Section, ...]


def written(form: Form, stem: str, words: Mapping[str, str]) -> dict[str, Iterable[bytes]]:
    """``STEM.json`` and ``STEM.md``.

    Args:
        form: the form.
        stem: name of the files.
        words: what Markdown says for ``unknown``, ``yes`` and ``no``.
    """
    return {
        f"{stem}.json": (json_bytes(form.model_dump(mode="json")),),
        f"{stem}.md": (markdown(_lines(form, words)),),
    }


def _lines(form: Form, words: Mapping[str, str]) -> Iterator[str]:
    yield f"# {inline(form.title)}"
    yield ""
    yield inline(form.status)
    yield ""
    yield f"- {form.dataset}"
    yield f"- manifest.json sha256 `{form.manifest_sha256}`"
    yield ""
    for section in form.sections:
        yield f"## {section.number} {inline(section.title)}"
        yield ""
        for item in section.items:
            yield from _item(item, words)


def _item(item: Item, words: Mapping[str, str]) -> Iterator[str]:
    head = f"**{item.number} {inline(item.title)}**"
    answer = item.answer
    if isinstance(answer, Rows) and answer.rows:
        yield head
        yield ""
        yield from table(answer.head, answer.rows)
        return
    if answer is None or isinstance(answer, Rows):
        text = words["unknown"]
    elif isinstance(answer, bool):
        text = words["yes" if answer else "no"]
    else:
        text = inline(answer)
    yield f"{head} {text}"
    yield ""
