"""The pages, one noun a file; a file that holds a ``ROUTER`` is part of them."""
