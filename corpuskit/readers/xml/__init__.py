"""XML: DocBook, translation memories, OCR results, and any other by a mapping."""
