"""Signals over links, lists, headings, brackets and archive menus."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()


class Layout(Stage):
    """Measures what a page's layout left in its text: links, lists, brackets, months of archives.

    Links are Markdown's, ``[label](target)`` on one line, as the readers of HTML and Markdown can
    leave them. Shares of lines are of lines that are not blank.
    """

    name: ClassVar[str] = "signals.layout"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.layout"
    kernels: ClassVar[tuple[str, ...]] = ("traits", "traitshapes", "traittables")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("links", _I, "Markdown links"),
        Column(
            "link_char_ratio",
            _F,
            "characters of labels / characters without targets (uzushio's LinkCharRatio)",
        ),
        Column("link_line_ratio", _F, "lines of links with at most 2 other characters / lines"),
        Column("list_char_ratio", _F, "characters of list items (• 1. １） …) / characters"),
        Column("heading_line_ratio", _F, "lines of 1 to 6 # and a space / lines"),
        Column("code_line_ratio", _F, "lines of ``` fences and between them / lines"),
        Column("url_char_ratio", _F, "characters of addresses from their scheme on / characters"),
        Column("emails", _I, "@ between a letter or digit and a domain with a dot"),
        Column("unbalanced_bracket_ratio", _F, "brackets without a partner of their kind / all"),
        Column(
            "archive_months",
            _I,
            "2022年11月, 2022/11, 令和4年11月 without a day that follow another such month with "
            "only separators, digits and brackets between",
        ),
        Column("archive_line_ratio", _F, "lines that hold nothing but such months / lines"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with the other stages over traits."""
        from corpuskit.signals.counting import traits_of

        found = traits_of(batch.column("text"))
        characters, lines = found["characters"], found["lines"]
        columns = {
            "links": pa.array(found["links"]),
            "link_char_ratio": share(found["link_chars"], characters - found["target_chars"]),
            "link_line_ratio": share(found["link_lines"], lines),
            "list_char_ratio": share(found["list_chars"], characters),
            "heading_line_ratio": share(found["heading_lines"], lines),
            "code_line_ratio": share(found["code_lines"], lines),
            "url_char_ratio": share(found["url_chars"], characters),
            "emails": pa.array(found["emails"]),
            "unbalanced_bracket_ratio": share(found["unbalanced"], found["brackets"]),
            "archive_months": pa.array(found["archive_months"]),
            "archive_line_ratio": share(found["archive_lines"], lines),
        }
        return append_columns(batch, columns)
