"""One file a format: records into bytes."""
