"""The command line: one file a noun, found by scanning this folder."""
