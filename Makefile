# Everything a person or a machine does with this project. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help run test install bench fuzz pictures lint format lock clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip
# Only the installer comes without a hash of its own; everything else is named in the lock files with one.
UV_VERSION := 0.13.8

help:  ## List every command
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install  ## Install what is missing, then play the demo: sandbox tenant, service, mail catcher
	@$(BIN)/deskwarden demo

test: $(VENV)/.dev  ## Install what is missing, then lint, type-check and run the whole test suite
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(PYTEST) -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)
# Compiled modules are kept, whatever the environment says: the suite starts hundreds of processes that import the same.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest
# One more than there are cores: the tests that come first wait for processes most of the time.
WORKERS = $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

install: $(VENV)/.product  ## Only install (.venv/bin/deskwarden)

bench: $(VENV)/.dev  ## Print the benchmark ratios against the raw parts
	@$(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev  ## Try every reader on inputs that nobody thought of, for some ten minutes
	@FUZZ=$(FUZZ) $(PYTEST) -n auto -m fuzz $(ARGS)
FUZZ ?= 100

pictures: $(VENV)/.dev  ## Take a picture of every page, light and dark, into docs/pictures
	@$(BIN)/python -m tests.pictures

lint: $(VENV)/.dev  ## Lint, check the format and the types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.dev  ## Put every file into the project's format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(VENV)/.uv  ## Compile the lock files anew from pyproject.toml
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) compile pyproject.toml --extra build $(LOCK_OPTIONS) -o requirements.lock -q
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) compile pyproject.toml --extra build --extra dev $(LOCK_OPTIONS) -c requirements.lock -o requirements-dev.lock -q
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url --no-emit-find-links

clean:  ## Remove what was installed and built (not ./var, the data)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# A virtual environment with the installer in it. A Python that cannot make one is told apart first,
# because its own message names a command that differs from distribution to distribution.
$(VENV)/.uv: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Deskwarden needs Python 3.11 or newer; '$(PYTHON)' is older. Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module. On Debian and Ubuntu: apt install python3-venv; then run make again." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

INSTALL = $(UV) install --python $(BIN)/python --quiet --no-deps --require-hashes --only-binary :all:
# The project itself is only linked into the environment, with the build tool that the lock names.
LINK    = $(UV) install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .

$(VENV)/.product: $(VENV)/.uv requirements.lock pyproject.toml
	@$(INSTALL) -r requirements.lock
	@$(LINK)
	@touch $@

$(VENV)/.dev: $(VENV)/.product requirements-dev.lock
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
