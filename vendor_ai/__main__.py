"""``python -m vendor_ai``."""

from vendor_ai.cli.main import run

run()
