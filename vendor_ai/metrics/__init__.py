"""One file a metric: counters into a reading."""
