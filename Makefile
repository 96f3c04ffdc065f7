# Needs make and Python 3.11 or newer; everything else goes into .venv. `make help` lists what there is.

PYTHON ?= python3
WORKERS ?= auto
BIN := .venv/bin

# Servers of Node are compared where Node is.
NODE_PEERS := benchmarks/peers/node
PEERS := $(if $(shell command -v npm 2>/dev/null),$(NODE_PEERS)/node_modules/.package-lock.json)

.DEFAULT_GOAL := help
.PHONY: help demo test check rules bench clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: .venv/base ## Start a server with demo people and print how to chat as them; ARGS="--now …" for more
	@$(BIN)/chatserver demo $(ARGS)

test: .venv/dev ## Run every test and measure the coverage of the rules
	$(BIN)/pytest -n $(WORKERS) --maxprocesses 4 --cov --cov-report term

check: .venv/dev ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict chatserver quotas tests benchmarks
	$(BIN)/lint-imports

rules: ## Check the alert rules, and when they come (needs promtool: Debian's package prometheus)
	@command -v promtool >/dev/null || { echo "promtool was not found: install Prometheus (Debian: apt-get install prometheus)" >&2; exit 1; }
	promtool check config --syntax-only deploy/prometheus/prometheus.yml
	promtool check rules deploy/prometheus/alerts.yml
	promtool test rules deploy/prometheus/alerts_test.yml deploy/prometheus/alerts_week_test.yml

bench: .venv/bench $(PEERS) ## Measure what a message costs, beside other servers; ARGS="--all" for everything else
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove the environment and what tools left behind; data/ stays
	rm -rf .venv $(NODE_PEERS)/node_modules dist .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find chatserver quotas tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says that the environment holds what the pyproject.toml of that moment asks for.

.venv/base: pyproject.toml | .venv/bin/python
	@echo "Installing chatserver into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/dev: .venv/base
	@echo "Installing what tests and checks need into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

.venv/bench: .venv/base
	@echo "Installing what the benchmark needs into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

$(NODE_PEERS)/node_modules/.package-lock.json: $(NODE_PEERS)/package-lock.json
	@echo "Installing the peers of the benchmark into $(NODE_PEERS)/node_modules …"
	@npm ci --prefix $(NODE_PEERS) --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or newer, or name one: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed; name one: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Creating the environment in .venv …"
	@$(PYTHON) -m venv .venv
