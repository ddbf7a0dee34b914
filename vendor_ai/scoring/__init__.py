"""Packs and answers into an exact score."""
