"""The API under /api/v1, one noun a file; a file that holds a ``ROUTER`` is part of it."""
