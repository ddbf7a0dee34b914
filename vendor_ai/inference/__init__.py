"""Exact tests, intervals, families."""
