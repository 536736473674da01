"""PDF: from glyphs to lines, columns, tables and paragraphs."""
