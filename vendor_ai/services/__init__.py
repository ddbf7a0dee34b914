"""Use cases, one module a noun."""
