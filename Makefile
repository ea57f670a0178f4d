.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Node trusts only its own certificates otherwise, and fails behind a proxy where pip does not.
export NODE_USE_SYSTEM_CA := 1

PYTHON = $(shell for python in $(BIN)/python python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
ENVIRONMENT = @python="$(PYTHON)"; \
	test -n "$$python" || { echo 'Belfry needs Python 3.11 or newer, and there is none on PATH.' >&2; exit 1; }; \
	$$python requirements/environment.py
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

.NOTPARALLEL:
.PHONY: help setup tools run dev test test-fast check fix build wheel bench migrate migration lock clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Prepare everything that run needs, without starting it
	$(ENVIRONMENT)
	@$(BIN)/python frontend/build.py

tools:
	$(ENVIRONMENT) dev

run: setup ## Start Belfry; PORT=9000 or ARGS="--no-samples" go to `belfry up`
	@exec $(BIN)/belfry up $(if $(PORT),--port $(PORT)) $(ARGS)

dev: setup ## Start Belfry and start it afresh at each change of its source
	@exec $(BIN)/belfry up --reload $(if $(PORT),--port $(PORT)) $(ARGS)

test: setup tools ## Run every test, with a browser; ARGS="-k lost" goes to pytest
	@$(BIN)/python tests/browser.py
	@$(BIN)/pytest $(ARGS)

test-fast: tools ## Run the tests that need neither a browser nor processes
	@$(BIN)/pytest --ignore=tests/ui --ignore=tests/chaos $(ARGS)

check: tools ## Look at format, style, types and the direction of imports
	@status=0; for look in 'ruff format --check' 'ruff check' 'pyright' 'lint-imports --no-logo'; do \
		echo "$$look"; $(BIN)/$$look || status=1; done; exit $$status

fix: tools ## Put format and style right where that can be done by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

build: wheel ## Build the page and the wheel

wheel: setup ## Build the wheel, with the page in it, into dist/
	@$(BIN)/python -m hatchling build --target wheel --directory dist

bench: setup tools ## Measure throughput beside pgbench
	@$(BIN)/python -m tests.benchmarks $(ARGS)

migrate: setup ## Bring the database to this version's shape
	@$(BIN)/belfry migrate $(ARGS)

migration: tools ## Begin a migration: NAME="add calendars"
	@$(BIN)/python migrations/new.py "$(NAME)"

lock: tools ## Lock the dependencies afresh; ARGS=--upgrade takes newer ones
	$(COMPILE) --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --output-file requirements/build.txt --group build --constraint requirements/run.txt
	$(COMPILE) --output-file requirements/dev.txt --group dev --constraint requirements/run.txt \
		--constraint requirements/build.txt pyproject.toml
	$(BIN)/python frontend/build.py lock

clean: ## Remove what make has made; data stay
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find backend frontend migrations requirements tests -name __pycache__ -type d -prune -exec rm -rf {} +
