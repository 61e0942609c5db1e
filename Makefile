# Needs Python >= 3.11 with venv, make, and a package index that pip can reach.

PYTHON ?= python3
BIN := .venv/bin
UV := build/uv/bin/uv
LOCK := requirements.lock

# PyTorch starts a thread for each core that it sees, even if a container may use only some of them.
PYTEST := OMP_NUM_THREADS=$${OMP_NUM_THREADS:-2} $(BIN)/pytest
NOT_QUICK := slow or faults or browser or gpu

# A test rarely uses two cores, so two run at a time. The tests of a file run in one process, because they share fixtures.
SIDE_BY_SIDE ?= 2
SIDE := --numprocesses $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup search test test-slow test-all docs lock
.NOTPARALLEL:

help: ## print this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | expand -t 12

setup: .venv/.installed ## install the locked packages into .venv

# A pair where translation decides, in trainings that are short enough for a laptop without a GPU.
FIRST_SEARCH := --domains mnist textured --bundled --preset cpu --sampler prior --steps 200 --trials 24

search: setup ## a first search, in minutes; any other: make search ARGS="--gpus 8"
	$(BIN)/python run_search.py $(or $(ARGS),$(FIRST_SEARCH))

test: setup ## lint, types, import directions, security, and the quick tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive lstnet_search analysis run_search.py
	$(PYTEST) -m "not ($(NOT_QUICK))" $(SIDE) $(ARGS)

test-slow: setup ## the other tests: real trainings, killed processes, a browser, a GPU
	$(PYTEST) -m "($(NOT_QUICK)) and not gpu" $(SIDE) --durations 60 $(ARGS) \
		|| { test $$? -eq 5 && echo "No test has these marks."; }
	$(PYTEST) -m gpu $(ARGS) || test $$? -eq 5 # 5: ARGS selects no such test

test-all: test test-slow ## every test

docs: setup ## run the notebook and build docs/ as a site in site/; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict $(ARGS)

lock: $(UV) ## update the lock after pyproject.toml has changed: make lock [ARGS=--upgrade]
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config --no-header \
		--extra dev $(ARGS) -o $(LOCK) pyproject.toml

.venv/.installed: requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing the locked packages into .venv. This takes minutes, and gigabytes if torch comes with CUDA."
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip check
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "'$(PYTHON)' is not Python 3.11 or newer; give one that is: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; \
		exit 1; \
	}
	$(PYTHON) -m venv .venv

$(UV):
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install -qq --disable-pip-version-check uv
