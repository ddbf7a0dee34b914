# Two commands on a fresh machine with Python 3.11 or newer, git and make: `make demo` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
PYTHONS ?= python3.11 python3.12 python3.13 python3.14 python3
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -rs -n $(WORKERS) --dist loadfile
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup setup-tests demo serve test check lint types contracts soak bench lock docs clean

help:
	@echo "make demo    set up, then play the main job on real input in demo/"
	@echo "make serve   open what the demo made in the browser"
	@echo "make test    set up with all that the tests need, then the whole suite"
	@echo "make check   lint, format, types and import contracts"
	@echo "make soak    the suite with its full figures (needs the real test data)"
	@echo "make bench   the ratios of benchmarks/"
	@echo "make lock    renew the hashed lists of packages (needs uv)"
	@echo "make docs    the generated pages of docs/"
	@echo "make clean   remove the virtual environment and caches"

# The stamps make a second run quick: packages are installed again only when a list changes.
$(VENV)/.python:
	@found=; for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer is needed and none of these is: $(PYTHONS). Install it, or say where: make PYTHONS=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	$$found -m venv --clear $(VENV) || { echo "Python cannot make virtual environments here; on Debian install python3-venv." >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements/runtime.txt pyproject.toml
	@echo "Installing what vendor-ai needs"
	@$(INSTALL) --require-hashes -r requirements/runtime.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runtime requirements/test.txt
	@echo "Installing what the tests need"
	@$(INSTALL) --require-hashes -r requirements/test.txt
	@touch $@

setup: $(VENV)/.runtime

setup-tests: $(VENV)/.tests

demo: setup
	@$(BIN)/vendor-ai demo

serve: setup
	@VENDOR_AI_HOME=demo/home $(BIN)/vendor-ai serve

test: setup-tests
	$(PYTEST)

check: lint types contracts

lint: setup-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-tests
	$(BIN)/mypy

contracts: setup-tests
	$(BIN)/lint-imports

soak: setup-tests
	VENDOR_AI_SOAK=1 $(PYTEST) --timeout 7200

bench: setup-tests
	$(BIN)/python -m benchmarks.evaluation
	$(BIN)/python -m benchmarks.shadow_matching
	$(BIN)/python -m benchmarks.clusters
	$(BIN)/python -m benchmarks.error_rates
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.client_record
	$(BIN)/python -m benchmarks.spark

LOCK := uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11

lock:
	@command -v uv >/dev/null || { echo "The lists are made by uv, which is not installed." >&2; exit 1; }
	cd requirements && $(LOCK) runtime.in build.in --output-file runtime.txt
	cd requirements && $(LOCK) test.in --constraint runtime.txt --output-file test.txt

docs: setup-tests
	$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
