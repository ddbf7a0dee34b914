"""Logs predictions from a customer's own program."""
