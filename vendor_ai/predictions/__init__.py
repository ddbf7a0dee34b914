"""The prediction log: inbox, files, counters."""
