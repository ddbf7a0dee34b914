"""One record per bought AI component: what was claimed, what was promised, what was measured."""

__version__ = "0.1.0"
