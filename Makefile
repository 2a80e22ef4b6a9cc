# Two commands do everything on a fresh machine: `make report` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUICK := not slow and not browser and not kernels and not cluster
# A user's setting that would install outside the environment.
export PIP_USER := 0
FORCE ?= Cumbria

.PHONY: report test test-all check lowest mutants example lint lab format lock clean refit

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mappa needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the locked packages into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

report: $(VENV)/run.stamp
	@$(BIN)/mappa report --force "$(FORCE)"

# The quick loop: lint, types, and the tests without kernels, browser and cluster.
check: $(VENV)/dev.stamp lint
	@$(BIN)/python -m pytest -m "$(QUICK)" -n 2 --dist loadfile

test: $(VENV)/dev.stamp lint
	@$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

test-all: $(VENV)/dev.stamp lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile

# The quick tests with the lowest versions that pyproject.toml allows, in an environment of their own.
lowest: $(VENV)/dev.stamp
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .lowest
	@$(BIN)/uv pip install --quiet --python .lowest/bin/python --resolution lowest-direct --group dev -e .
	@.lowest/bin/python -m pytest -m "$(QUICK)"

# Half an hour for the whole core; or name a module, as in `make mutants MODULE='mappa.rates.methods.ratios*'`.
MODULE ?=
mutants: $(VENV)/dev.stamp
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m mutmut run $(if $(MODULE),"$(MODULE)")
	@$(BIN)/python tests/support/mutant_scores.py

# The executed study of docs/cumbria and the findings of README.md, from one run.
example: $(VENV)/dev.stamp
	@$(BIN)/python tests/support/worked_example.py

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/dev.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lab: $(VENV)/run.stamp
	@$(BIN)/mappa lab

# Later argon2-cffi-bindings have no wheel for Intel Macs: installing the locks needs no compiler.
COMPILE = echo 'argon2-cffi-bindings<26' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-annotate --no-header -c /dev/stdin --group build
lock: $(VENV)/dev.stamp
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) --group dev --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock

refit: $(VENV)/run.stamp
	@$(BIN)/mappa register fit
	@$(BIN)/mappa register assumptions
	@$(BIN)/mappa register what-ifs

clean:
	rm -rf .lowest reports site mutants dist build .cache .mypy_cache .ruff_cache .pytest_cache
