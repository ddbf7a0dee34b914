"""Known shapes of other programs' logs, one file each."""
