# Needs make and Python 3.11 or newer; everything else goes into .venv. `make help` lists what there is.

PYTHON ?= python3
# Half as many again as there are cores: tests wait more than they compute.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, (3 * (os.cpu_count() or 1) + 1) // 2))' 2>/dev/null || echo auto)
BIN := .venv/bin
DENO := $(CURDIR)/$(BIN)/deno

# Else each process of the tests compiles all of it again, where the environment says to keep nothing.
export PYTHONDONTWRITEBYTECODE :=

# Servers of Node are compared where Node is.
NODE_PEERS := benchmarks/peers/node
PEERS := $(if $(shell command -v npm 2>/dev/null),$(NODE_PEERS)/node_modules/.package-lock.json)

# An environment with the message path compiled, where there is a C compiler: what docs/operations.md says of production.
COMPILED := .venv/compiled
COMPILER := $(shell command -v cc 2>/dev/null)
SOURCES := $(shell find chatserver quotas -name '*.py' -o -name '*.lua' -o -name '*.toml')
# The tests of what pyproject.toml compiles; without those of realtime/ whose subject is interpreted here as well.
MESSAGE_PATH := $(addprefix tests/,quotas/ledger/test_contract.py chatserver/protocol chatserver/realtime chatserver/keys/test_sealing.py conformance)
INTERPRETED := $(addprefix --ignore-glob=*/realtime/test_,archived_messages.py board_watch.py clock_moves.py door.py entrance.py proxies.py revocation.py)

# Everything that is installed comes from a lock: exact versions, and hashes for every platform. The project itself goes in beside them.
INSTALL := python -m pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --require-hashes -r
CHECKOUT := $(INSTALL) --no-deps --no-build-isolation -e .

# The tools that write locks, and an environment with what a server has and nothing else, to be listed.
SUPPLY := .venv/supply
RELEASED := .venv/released
UV := $(SUPPLY)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo web package screenshots test compiled check rules bench lock sbom licences clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: .venv/base ## Build the apps, start a server with demo people in demo-data/ and open it; ARGS="--now …" for more
	@$(BIN)/python -m chatserver.web.building || echo "The demo starts without the browser apps: make web tries again." >&2
	@$(BIN)/chatserver demo --open $(ARGS)

web: .venv/base ## Build the browser apps
	$(BIN)/python -m chatserver.web.protocol_types
	$(BIN)/python -m chatserver.web.building

package: .venv/base ## Pack the apps' client as an npm package, in dist/
	$(BIN)/python -m chatserver.web.packing dist

test: .venv/dev ## Run every test and measure the coverage of the rules
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report term

compiled: $(COMPILED)/done ## Compile the message path, and run its tests on that (needs a C compiler)
	rm -rf $(COMPILED)/checkout && mkdir $(COMPILED)/checkout
	tar c --exclude=node_modules --exclude=__pycache__ tests benchmarks pyproject.toml | tar x -C $(COMPILED)/checkout
	cd $(COMPILED)/checkout && ../bin/python -m pytest -n $(WORKERS) $(MESSAGE_PATH) $(INTERPRETED)

check: .venv/dev ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict chatserver quotas tests benchmarks
	$(BIN)/lint-imports
	cd chatserver/web && $(DENO) install --frozen --quiet && $(DENO) fmt --check && $(DENO) lint && $(DENO) check build.ts src tests

rules: ## Check the alert rules, and when they come (needs promtool: Debian's package prometheus)
	@command -v promtool >/dev/null || { echo "promtool was not found: install Prometheus (Debian: apt-get install prometheus)" >&2; exit 1; }
	promtool check config --syntax-only deploy/prometheus/prometheus.yml
	promtool check rules deploy/prometheus/alerts.yml
	promtool test rules deploy/prometheus/alerts_test.yml deploy/prometheus/alerts_week_test.yml

screenshots: .venv/dev ## Take pictures of every state of the apps into docs/screenshots/ (needs Chromium)
	PYTHONPATH=. $(BIN)/python -m tests.web.states.pictures docs/screenshots

bench: .venv/dev $(if $(COMPILER),$(COMPILED)/done) $(PEERS) ## Measure what a message costs, beside other servers; ARGS="--all" for everything else
	$(if $(COMPILER),$(COMPILED)/bin,$(BIN))/python -m benchmarks $(ARGS)

lock: $(SUPPLY)/done ## Write locks/ anew after a change of pyproject.toml; ARGS=--upgrade for newer releases
	$(UV) --extra dev pyproject.toml -o locks/dev.lock
	$(UV) -c locks/dev.lock pyproject.toml -o locks/server.lock
	$(UV) -c locks/dev.lock --extra checkout pyproject.toml -o locks/checkout.lock
	$(UV) -c locks/dev.lock --extra compile pyproject.toml -o locks/compile.lock
	$(UV) --group supply -o locks/supply.lock

sbom: $(RELEASED)/done ## List what a server consists of, as CycloneDX JSON, in dist/chatserver.cdx.json
	@mkdir -p dist
	$(SUPPLY)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON -o dist/chatserver.cdx.json $(RELEASED)/bin/python

licences: $(RELEASED)/done ## Write the licences of what a server consists of into docs/licences.md
	@sed '/^|/,$$d' docs/licences.md >.venv/licences.md
	$(SUPPLY)/bin/pip-licenses --python $(RELEASED)/bin/python --from=mixed --format=markdown --order=name --with-system --ignore-packages pip setuptools >>.venv/licences.md
	@mv .venv/licences.md docs/licences.md

clean: ## Remove the environment and what tools left behind; data/ and demo-data/ stay
	rm -rf .venv $(NODE_PEERS)/node_modules dist .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find chatserver quotas tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says that the environment holds what the locks of that moment name.

.venv/base: pyproject.toml locks/checkout.lock | .venv/bin/python
	@echo "Installing chatserver into .venv …"
	@$(BIN)/$(LOCKED) locks/checkout.lock
	@$(BIN)/$(CHECKOUT)
	@touch $@

.venv/dev: .venv/base locks/dev.lock
	@echo "Installing what tests, checks and benchmarks need into .venv …"
	@$(BIN)/$(LOCKED) locks/dev.lock
	@touch $@

$(SUPPLY)/done: locks/supply.lock | .venv/bin/python
	@echo "Installing what writes locks into $(SUPPLY) …"
	@$(BIN)/python -m venv --clear $(SUPPLY)
	@$(SUPPLY)/bin/$(LOCKED) locks/supply.lock
	@touch $@

$(RELEASED)/done: locks/server.lock $(SUPPLY)/done
	@echo "Installing what a server consists of into $(RELEASED) …"
	@$(BIN)/python -m venv --clear $(RELEASED)
	@$(RELEASED)/bin/$(LOCKED) locks/server.lock
	@touch $@

# By way of a source archive, so that no compiled module lies beside a source that is edited later. Libraries are those of .venv.
$(COMPILED)/done: pyproject.toml $(SOURCES) | .venv/dev
	@test -n "$(COMPILER)" || { echo "compiling needs a C compiler and Python's headers (Debian: apt-get install gcc python3-dev)" >&2; exit 1; }
	@echo "Compiling the message path into $(COMPILED), which takes about a minute …"
	@rm -rf dist $(COMPILED)
	@HATCH_BUILD_HOOK_ENABLE_MYPYC=1 $(BIN)/python -m build --no-isolation --outdir dist . >.venv/compiled.log 2>&1 || { tail -40 .venv/compiled.log >&2; exit 1; }
	@$(BIN)/python -m venv $(COMPILED)
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$$($(COMPILED)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/libraries.pth"
	@$(COMPILED)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
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
