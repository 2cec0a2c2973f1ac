# TenderCredit. `make run` and `make test` need Python 3.11 or newer, make and the package index.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
DATA ?= data/demo
PYTEST_ARGS ?= -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
APP ?= credit
DESC ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
INSTALL := $(BIN)/python -m pip install --quiet
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --generate-hashes --no-header --no-emit-index-url \
	--universal --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run test check bench migration lock

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | \
		while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

run: $(VENV)/.stamp-run ## start the demo on http://127.0.0.1:8000 (PORT=…, DATA=… to change)
	$(BIN)/tendercredit demo --port $(PORT) --data $(DATA)

test: $(VENV)/.stamp-test ## run the whole suite (PYTEST_ARGS to narrow it)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.stamp-test ## ruff and mypy --strict
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

bench: $(VENV)/.stamp-test ## print each figure with its baseline of the same run
	$(BIN)/python -m benchmarks

migration: $(VENV)/.stamp-test ## write a migration: make migration APP=credit DESC="why"
	PICCOLO_CONF=credit.piccolo_conf $(BIN)/piccolo migrations new $(APP) --auto --desc="$(DESC)"

lock: $(VENV)/.stamp-test ## renew both lock files from pyproject.toml
	$(INSTALL) uv
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group build --extra test --constraint requirements.lock --output-file requirements-test.lock

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "TenderCredit needs Python 3.11 or newer: install it, or name it with PYTHON=…"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing from requirements.lock (about half a minute the first time) …"
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-test: requirements-test.lock pyproject.toml | $(BIN)/python
	@echo "Installing from requirements-test.lock …"
	$(INSTALL) --require-hashes -r requirements-test.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.stamp-run
