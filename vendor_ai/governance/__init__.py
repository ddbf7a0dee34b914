"""Risk tier and figures."""
