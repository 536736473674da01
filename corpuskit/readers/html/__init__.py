"""HTML pages and feeds: what is the main text, and how it stands as Markdown."""
