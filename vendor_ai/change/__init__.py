"""Comparison of served versions."""
