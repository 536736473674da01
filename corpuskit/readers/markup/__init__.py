"""Text with marks: Markdown, reStructuredText, POD, TeX, manual pages, Re:VIEW, RD, gettext."""
