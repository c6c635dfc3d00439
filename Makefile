# Everything starts from a bare clone with Python 3.11 to 3.13 and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test bench verify lint docs clean

run: $(STAMP)
	$(BIN)/aixsim run configs/korea-2030.toml

test: $(STAMP) lint
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Slow statistical checks: many replicates, narrow margins.
verify: $(STAMP)
	$(BIN)/python -m pytest -m verify

# Speed, measured side by side in one run.
bench: $(STAMP)
	$(BIN)/python -m benchmarks.neutral
	$(BIN)/python benchmarks/engines.py

# Regenerates what the documentation takes from the code.
docs: $(STAMP)
	$(BIN)/python -m aixsim.documentation

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'
	touch $(STAMP)

clean:
	rm -rf .venv
