# Everything starts from a bare clone with Python 3.11 to 3.13 and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
BENCH := .venv-bench/bin
BENCH_STAMP := .venv-bench/.installed
BENCH_INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BENCH)/python -c constraints.txt -c benchmarks/constraints.txt

.PHONY: run test bench verify lint docs clean

run: $(STAMP)
	$(BIN)/aixsim run configs/korea-2030.toml

# Tests start Python some hundred times: the package and its tests are compiled to bytecode once.
test: $(STAMP) lint
	$(BIN)/python -m compileall -q src tests
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Slow checks: many replicates, narrow margins, and altered laws that tests must notice. In one process, so that what they print is seen.
verify: $(STAMP)
	$(BIN)/python -m pytest -m verify -n 0

# Speed, measured side by side in one run.
bench: $(BENCH_STAMP)
	$(BENCH)/python -m pytest -o addopts= -p no:cacheprovider benchmarks/test_speed.py
	$(BENCH)/python -m benchmarks

# Regenerates what the documentation takes from the code, and builds the site in site/; a warning is an error.
docs: $(STAMP)
	$(BIN)/python -m aixsim.report.documentation
	$(BIN)/python -m aixsim.report.architecture
	$(BIN)/python -m aixsim.report.what_changed
	$(BIN)/python -m aixsim.report.network_page
	$(BIN)/python -m aixsim.report.data_page
	$(BIN)/python -m aixsim.report.gallery_page
	$(BIN)/python -m aixsim.report.executed_notebook
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Libraries are compiled to bytecode once, or a machine that may not write it compiles them at every start.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[dev]'
	touch $(STAMP)

# The peers live apart: what a benchmark brings must not change what the tests run with. One that cannot be installed is left out, and
# the table says so.
$(BENCH_STAMP): $(STAMP) benchmarks/constraints.txt
	test -x $(BENCH)/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-bench
	$(BENCH_INSTALL) -e '.[bench]' || { $(BENCH_INSTALL) -e . pytest pytest-benchmark && \
		for peer in starsim ambr agentpy; do $(BENCH_INSTALL) "$$peer" || echo "$$peer: not installed"; done; }
	touch $(BENCH_STAMP)

clean:
	rm -rf .venv .venv-bench
