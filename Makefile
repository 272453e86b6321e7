# Two commands do all: `make demo` (the main job on the shipped data) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint neo4j neo4j-stop bench clean

setup: $(VENV)/.done

# uv installs the hashed set in seconds, where pip alone takes minutes.
$(VENV)/.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "songnet needs Python 3.11 or newer: run  make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/songnet demo build/demo

test: setup
	scripts/provision
	$(MAKE) lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

neo4j: setup
	scripts/neo4j start

neo4j-stop:
	scripts/neo4j stop

bench: setup
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.encoding
	$(BIN)/python -m benchmarks.agreement

clean:
	rm -rf build $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
