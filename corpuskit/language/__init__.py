"""Which language a text is in. See `corpuskit.language.detect`."""
