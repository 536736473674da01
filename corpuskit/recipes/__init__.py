"""Recipes as data: profiles by name, put into a recipe's stages, compared and swept."""
