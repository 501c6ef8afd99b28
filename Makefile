# One command each; every target installs first when needed.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The locked set of packages; `make demo` and `make run` leave out what only tests need.
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: install demo run test check format bench lock clean

install: $(STAMP)
	@$(BIN)/python run_bot.py prepare

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "HuoKe needs Python 3.11: install it, or name it with PYTHON=..."; exit 1; }
	@echo "Creating the virtual environment ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): requirements.txt | $(BIN)/uv
	@echo "Installing the pinned packages ..."
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(STAMP) | $(BIN)/uv
	@echo "Installing what the tests need ..."
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

demo: install
	@$(BIN)/python run_bot.py demo $(ARGS)

run: install
	@$(BIN)/python run_bot.py run $(ARGS)

test: install $(DEV_STAMP)
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: install $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .

format: $(DEV_STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install $(DEV_STAMP)
	@$(BIN)/python -m bench $(ARGS)

# Pin every package with its hashes; no index address is written.
lock: | $(BIN)/uv
	@for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-header --python-version 3.11 $$name.in -o $$name.txt || exit 1; \
	done

clean:
	@rm -rf $(VENV) data .pytest_cache .mypy_cache .ruff_cache .hypothesis
