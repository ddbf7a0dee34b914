"""One file a shadow-AI signal; indicators as data beside it."""
