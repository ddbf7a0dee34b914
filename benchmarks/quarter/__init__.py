"""One quarter's log, laid down for both sides."""
