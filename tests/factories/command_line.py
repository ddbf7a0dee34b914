"""The command line as tests call it: in this process, with a home of its own."""

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendor_ai.cli.main import run


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Commands on one home."""

    home: Path

    def __call__(self, *arguments: str | Path) -> Outcome:
        """Run one command."""
        words = ["--home", str(self.home), *map(str, arguments)]
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            try:
                run(words)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        return Outcome(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str | Path) -> Outcome:
        """Run a command that must end well."""
        outcome = self(*arguments)
        assert outcome.code == 0, outcome.err + outcome.out
        return outcome

    def inventory(self, *components: str, vendor: str = "Acme AI") -> None:
        """Store components of one vendor."""
        path = self.home.parent / "inventory.csv"
        path.write_text("vendor,component\n" + "".join(f"{vendor},{component}\n" for component in components))
        self.ok("inventory", "import", path)

    def contract(self, text: str) -> None:
        """Store a contract."""
        path = self.home.parent / "contract.yaml"
        path.write_text(text)
        self.ok("contract", "import", path)

    def predictions(self, rows: Sequence[str], *options: str, header: str, name: str = "log.csv", component: str = "ocr") -> Outcome:
        """Import rows of a CSV file."""
        path = self.home.parent / name
        path.write_text("\n".join([header, *rows]) + "\n")
        return self("prediction", "import", path, "--component", component, "--json", *options)

    def evaluate(self, contract: str, period: str, *options: str) -> Any:
        """The sla document."""
        return self.ok("sla", "evaluate", "--contract", contract, "--period", period, "--json", *options).json


def contract_text(*clauses: str, starts: str = "2026-01-01", ends: str = "2026-12-31", zone: str = "UTC") -> str:
    """A contract of Acme AI over the component `ocr`, at 12,000 EUR a month."""
    head = [
        "contract: acme-2026",
        "vendor: Acme AI",
        "components: [ocr]",
        f"starts: {starts}",
        f"ends: {ends}",
        f"time_zone: {zone}",
        'monthly_fee: {amount: "12000.00", currency: EUR}',
        "clauses:",
    ]
    return "\n".join([*head, *clauses]) + "\n"


def accuracy_clause(**terms: str) -> str:
    """An accuracy clause: at least 0.85 with an allowance of 0.02 by the quarter, plus what is given."""
    fields = {
        "id": "accuracy",
        "kind": "performance",
        "metric": "accuracy",
        "at_least": '"0.85"',
        "tolerance": '{amount: "0.02", kind: absolute, meaning: allowance}',
        "period": "quarter",
    } | terms
    return "  - " + "\n    ".join(f"{name}: {value}" for name, value in fields.items())


def labelled_rows(day: str, right: int, wrong: int, *, prefix: str = "p", version: str = "v1") -> list[str]:
    """Rows for the header ``prediction_id,occurred_at,prediction,actual,latency_ms,model_version``."""
    rows = []
    for number in range(right + wrong):
        answer = "yes" if number < right else "no"
        rows.append(f"{prefix}{number},{day}T{number % 24:02d}:00:00+00:00,{answer},yes,100,{version}")
    return rows


HEADER = "prediction_id,occurred_at,prediction,actual,latency_ms,model_version"
