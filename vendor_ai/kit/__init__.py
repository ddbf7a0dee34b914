"""Nouns without business: money, periods, numbers as text, registries."""
