"""The command line starts light."""

import subprocess
import sys

HEAVY = "{'pandas', 'sklearn', 'duckdb', 'scipy', 'numpy', 'pyarrow', 'openpyxl', 'sqlalchemy', 'fastapi', 'altair', 'ibis'}"


def test_help_imports_no_heavy_library() -> None:
    program = f"""
import sys
from vendor_ai.cli.main import run
try:
    run(["--help"])
except SystemExit as end:
    assert end.code in (0, None), end.code
print("heavy:", sorted({HEAVY} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "heavy: []"
