"""One file a source: bytes into records and problems."""
