# `make demo` and `make test` are all that a newcomer needs; docs/CONTRIBUTING.md describes the rest.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) cms/bootstrap.py
BIN = $(abspath $(or $(STANDFIRST_VENV),.venv))/bin

.PHONY: help demo test test-all mutants venv lint format types imports bench screenshots openapi advisories lock

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 18

demo: python ## serve the demonstration site (PORT=8000, DEMO_ADMIN_PASSWORD=...)
	@$(BOOTSTRAP) demo

test: python ## run the test suite, browser tests included
	@$(BOOTSTRAP) test

test-all: python ## run the test suite and its long tests
	@$(BOOTSTRAP) test-all

mutants: venv ## break the code on purpose, and list what no test notices (ONLY="comments.forms*" chooses)
	@CI=true $(BIN)/mutmut run $(if $(ONLY),'$(ONLY)')
	@$(BIN)/mutmut results

venv: python ## make or update the developer's virtual environment
	@$(BOOTSTRAP) venv

lint: venv ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: venv ## put the code into its format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: venv ## check the types
	$(BIN)/mypy

imports: venv ## check which module may import which
	$(BIN)/lint-imports

bench: venv ## measure the speed, and write docs/explanation/performance.md (QUICK=1 only tries it)
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

screenshots: venv ## photograph every kind of page into screenshots/ (ONLY="home article" chooses)
	@$(BIN)/python -m tests.screenshots $(ONLY)

openapi: venv ## write docs/reference/openapi.json from the code
	@STANDFIRST_SECRET_KEY=unused $(BIN)/python manage.py export_openapi_schema --api standfirst.delivery.urls.api --indent 2 \
	  --output docs/reference/openapi.json
	@echo >> docs/reference/openapi.json

advisories: venv ## report what is known against the locked packages
	@$(BIN)/python -m cms.advisories

lock: python ## write the lock files from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(BOOTSTRAP) lock $(if $(UPGRADE),--upgrade)

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Standfirst: there is no $(PYTHON) on this machine. On Debian: apt-get install python3" >&2; exit 1; }
