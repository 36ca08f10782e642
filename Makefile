# All the set-up there is. Needs python3 (3.11 or newer), pip, make and git; `make help` lists what it can do.
# `make PIP=1 ...` sets up with pip alone, for machines whose package index is known to pip only.

SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
export FULLCIRCLE_HOME ?= $(CURDIR)/.home
PYTEST = env -u FULLCIRCLE_HOME $(PY) -m pytest
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check test-postgres bench bench-understanding storm lock clean core dev python

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
		|| grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

run: core ## start Fullcircle with a small fictional sample, on http://127.0.0.1:8000
	@exec .venv/bin/fullcircle up --sample $(ARGS)

test: dev ## the whole gate of tests, and what was skipped and why
	@$(PYTEST) -n $(WORKERS) $(ARGS)

check: dev ## style, types, walls, sizes, words, paths, migrations
	@env -u FULLCIRCLE_HOME $(PY) -m tools.checks $(ARGS)

test-postgres: dev ## the rooms that touch the store, on a PostgreSQL started for the purpose
	@env -u FULLCIRCLE_HOME $(PY) -m tests.postgres_server -- $(PY) -m pytest -n $(WORKERS) \
		--skipped-to .last/skipped-postgres.txt $(ARGS)

storm: dev ## the long form of the fault tests; may take an hour
	@$(PYTEST) --storm -m storm $(ARGS)

bench: dev ## measure, and write bench/last.json
	@env -u FULLCIRCLE_HOME $(PY) -m bench $(ARGS)

bench-understanding: dev ## measure the analysers on the sets beside the project
	@env -u FULLCIRCLE_HOME $(PY) -m bench.understanding $(ARGS)

lock: python ## write the hashed requirement files anew; UP=1 takes newer versions
	@$(PYTHON) -m tools.lock $(if $(UP),--upgrade) $(ARGS)

clean: ## remove everything that was made, except your .home
	@rm -rf .venv .tools .last .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

core: python
	@$(PYTHON) tools/bootstrap.py core $(if $(PIP),--pip)

dev: python
	@$(PYTHON) tools/bootstrap.py dev $(if $(PIP),--pip)

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { \
		found=$$($(PYTHON) --version 2>/dev/null || true); \
		echo "Fullcircle needs Python 3.11 or newer. Here, '$(PYTHON)' is $${found:-not there}."; \
		echo "If you have one under another name, say which: make PYTHON=python3.12 run"; exit 1; }
