"""Control characters that stand for something while wikitext is resolved; no source holds them."""

from __future__ import annotations

#: Something was dropped here.
GONE = "\x04"
#: A line break of the page itself (br).
BREAK = "\x03"
#: Around the number of something held, such as a formula; BLOCK follows HELD where it is a block.
HELD, HELD_END, BLOCK = "\x01", "\x02", "\x06"
#: For = in what a template left, which names no argument of the template around it.
EQUALS = "\x05"
#: Around the number of a table that lies within another.
NESTED = "\x07"
