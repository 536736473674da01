"""The stage `morphology`, where it was before it had a module of its own."""

from corpuskit.ja.morphologystage import Morphology, MorphologyParams

__all__ = ["Morphology", "MorphologyParams"]
