# `make demo` and `make test` are all that a newcomer needs: each installs what is missing, then goes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Debian packages by the program that shows whether they are there. PostgreSQL is for half of the tests.
PACKAGES := postgresql chromium

.PHONY: demo test bench lint types imports packages migration

demo: $(STAMP)
	$(BIN)/homeroom demo $(ARGS)

test: $(STAMP) packages
	$(BIN)/pytest $(ARGS)

bench: $(STAMP) packages
	$(BIN)/python -m tests.scale.bench $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

# For developers: the step from the last migration to the present models.
# make migration program=provider message="what it adds"
migration: $(STAMP)
	$(BIN)/python -m tests.write_migration $(program) "$(message)"

# The stamp is made last, so an interrupted installation is taken up again.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

packages:
	@sh .ci/packages $(PACKAGES)
