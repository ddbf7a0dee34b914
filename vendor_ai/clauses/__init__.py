"""One file a kind of clause: kept or broken, and what it costs."""
