# make report: install, run the example, say where the report is.   make test: install, run every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
.PHONY: report test check system clean

report: $(READY)
	$(BIN)/sufficiency report --out report

test: $(READY) system
	$(BIN)/python -m pytest -n 2

# Format, lint, types, floors and spelling: what CI also holds.
check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

# Chromium and LibreOffice, which some tests use: installed where missing and possible.
system:
	@command -v chromium >/dev/null && command -v soffice >/dev/null && command -v pdftoppm >/dev/null || \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium libreoffice-writer poppler-utils fonts-dejavu >/dev/null; \
	else echo "Chromium, LibreOffice or poppler is missing: tests that need one will skip and say so"; fi

clean:
	rm -rf $(VENV) report build dist
