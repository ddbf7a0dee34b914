"""One scheduled job a file."""
