# Each command makes the environment that it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RIVALS := .rivals/.ready

.DEFAULT_GOAL := help
.PHONY: help demo dev test lint bench year crashes exports fuzz soak month ticks pages lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(READY) ## watch the whole product work on a simulated Instagram, some minutes
	$(BIN)/intel-pipeline demo

dev: $(READY) ## dashboard, API and Dagster UI on http://127.0.0.1:3000, with schedule and planner
	$(BIN)/intel-pipeline dev

test: $(READY) ## the test suite, on all processors
	$(BIN)/pytest --numprocesses auto --dist loadfile

lint: $(READY) ## style, types and Dagster's own check of the definitions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/dg check toml
	$(BIN)/dg check defs

bench: $(READY) $(RIVALS) ## speed and memory, as ratios against named alternatives
	$(BIN)/python -m benchmarks

year: $(READY) $(RIVALS) ## a year of 200 targets: what a day costs at its end, beside MERGE INTO and dbt snapshot; two hours, 35 GB
	$(BIN)/python -m benchmarks.year $(SIZE)

crashes: $(READY) ## a capture and landing killed 200 times each: nothing lost, nothing asked for twice
	$(BIN)/python -m benchmarks.crashes

exports: $(READY) ## ten million rows exported in each format: seconds and memory
	$(BIN)/python -m benchmarks.exports

fuzz: $(READY) ## five thousand requests made up from the API's description: no 5xx, all as described
	$(BIN)/python -m benchmarks.fuzz

soak: $(READY) ## four readers while batches land and are published: for MINUTES, 10 unless told
	$(BIN)/python -m benchmarks.soak $(MINUTES)

month: $(READY) ## a month of a hundred targets through the daemon, faults on, killed 20 times; most of an hour
	$(BIN)/python -m benchmarks.month $(SIZE)

ticks: $(READY) ## what Dagster costs: a thousand targets through the daemon, its storage, the planner after a year
	$(BIN)/python -m benchmarks.ticks $(SIZE)

pages: $(READY) $(RIVALS) ## the dashboard at a million changes, beside Streamlit and Dash; some ten minutes to make, or FOLDER
	$(BIN)/python -m benchmarks.pages $(FOLDER)

lock: $(READY) ## pin the newest versions that pyproject.toml allows
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --extra charts --extra excel --extra keyring --extra postgresql --group dev \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header benchmarks/rivals/requirements.in --output-file benchmarks/rivals/requirements.lock

clean: ## remove the environment and all caches, no data
	rm -rf $(VENV) .rivals .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The lock is complete, so nothing is resolved: --no-deps. Bytecode is compiled once here rather than at every start.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Of what benchmarks compare with, an environment of its own: dbt pins much that the program must not have to share.
$(RIVALS): benchmarks/rivals/requirements.lock
	$(PYTHON) -m venv .rivals
	.rivals/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement benchmarks/rivals/requirements.lock
	@touch $@
