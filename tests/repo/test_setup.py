"""The set-up: hashed lists without addresses, targets, the container and what it starts."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.factories.command_line import CommandLine

PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)")
# What is used without being imported: drivers and data that other packages load by name.
BY_NAME = {"psycopg", "python-multipart", "tzdata", "uvicorn"}
# Named by the specification for tests, benchmarks and analyses of the log outside the program.
FOR_OTHERS = {"pandas"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[str]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["dependencies"])


def entries(name: str) -> list[str]:
    return [line for line in (ROOT / "requirements" / name).read_text().splitlines() if line and not line.startswith("#")]


def pinned(name: str) -> dict[str, set[str]]:
    """Package to the versions a list pins (one for each range of Pythons)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        match = PINNED.match(line)
        if match:
            found.setdefault(normal(match[1]), set()).add(match[2])
    return found


def test_the_list_that_is_locked_is_the_one_the_package_declares() -> None:
    assert entries("runtime.in") == declared()


@pytest.mark.parametrize("name", ["runtime.txt", "test.txt"])
def test_every_line_of_a_lock_is_a_pinned_package_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host)|^\s*-[ief]\b", text, re.MULTILINE)
    for line in text.splitlines():
        assert PINNED.match(line) or re.match(r"^    (--hash=sha256:[0-9a-f]{64}( \\)?|#.*)$", line), line
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_everything_declared_is_locked_and_the_tests_run_on_the_same_versions() -> None:
    runtime, test = pinned("runtime.txt"), pinned("test.txt")
    for line in [*declared(), "hatchling", "editables"]:
        assert normal(re.split(r"[\[<>=,]", line)[0]) in runtime, line
    assert {name: test.get(name) for name in runtime} == runtime


def imported_packages() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "vendor_ai").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"vendor_ai"}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    distributions = packages_distributions()
    used = {normal(distributions[name][0]) for name in imported_packages()}
    wanted = {normal(re.split(r"[\[<>=,]", line)[0]) for line in declared()}
    parts_of_fastapi, extra = {"starlette", "pydantic", "pydantic-core"}, {"pyspark", "py4j"}
    assert used - wanted <= parts_of_fastapi | extra
    assert wanted - used <= BY_NAME | FOR_OTHERS


def test_the_makefile_has_the_targets_that_people_and_checks_call() -> None:
    text = (ROOT / "Makefile").read_text()
    for target in ("setup", "demo", "serve", "test", "check", "soak", "bench", "lock"):
        assert re.search(rf"^{target}:", text, re.MULTILINE), target


def test_an_old_python_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    command = ["make", "--directory", str(ROOT), f"PYTHONS={old}", f"VENV={tmp_path / 'venv'}", "setup"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (tmp_path / "venv").exists()


def test_the_script_of_the_checks_is_a_script() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text()
    assert "make --no-print-directory test" in text
    assert "make --no-print-directory check" in text


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


def test_every_command_of_the_containers_exists(cli: CommandLine) -> None:
    commands = [service["command"] for service in compose()["services"].values() if "command" in service]
    assert [command[:2] for command in commands] == [["db", "upgrade"], ["serve", "--host"]]
    for command in commands:
        words = [word for word in command if not word.startswith("--")]
        verb = words[:2] if words[0] == "db" else words[:1]
        shown = cli.ok(*verb, "--help").out
        for option in command:
            if option.startswith("--"):
                assert option in shown, option


def test_the_containers_wait_for_each_other_and_are_looked_after() -> None:
    services = compose()["services"]
    assert services["database"]["image"].startswith("postgres:17")
    assert services["database"]["healthcheck"]["test"][1] == "pg_isready"
    assert services["upgrade"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["app"]["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    assert services["app"]["environment"]["VENDOR_AI_DATABASE_URL"].startswith("postgresql+psycopg://")
    assert all(port.startswith("127.0.0.1:") for port in services["app"]["ports"])
    volumes = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert volumes == set(compose()["volumes"])


def test_no_password_stands_in_the_container_files() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"PASSWORD: (?!\$\{VENDOR_AI_DATABASE_PASSWORD:\?)", text) == []


def test_the_image_is_made_from_the_hashed_list_and_runs_as_a_user_of_its_own() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    copied = re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        kept = (ROOT / ".dockerignore").read_text()
        assert f"!{name}" in kept, name
