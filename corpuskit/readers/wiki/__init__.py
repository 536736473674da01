"""MediaWiki dumps: pages, and wikitext to text."""
