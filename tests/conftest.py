"""What every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data with published results; the test is skipped where it is absent."""
    folder = Path(os.environ.get("VENDOR_AI_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the folder of real test data is absent: {folder} (set VENDOR_AI_TEST_DATA)")
    return folder
