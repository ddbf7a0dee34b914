"""The network and the clock."""
