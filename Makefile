# One command for each thing a person does; CONTRIBUTING.md explains. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed
# Options of the engine for a host's own generator: no image part; compiled for this machine's processor.
ENGINE := CMAKE_ARGS="-DLLAVA_BUILD=OFF"
# --no-compile, then the bytecode of what an answer imports: without it each start compiles for 2 s where Python may not
# write bytecode; with all of it the environment grows by 0.4 GB.
INSTALL := $(PIP) install --quiet --no-compile -c constraints.txt
UNUSED := torch|torchgen|functorch|transformers|sympy|sklearn|kubernetes|networkx|pip|setuptools|mypy|mypyc|playwright|onnx|llama_cpp|tests
COMPILE := $(BIN)/python -m compileall -q -j 2 -x '/($(UNUSED))/' $(VENV)/lib assistant index

.PHONY: help chat install acceptance test check eval format
help:
	@grep -E '^#: ' Makefile | sed 's/^#: //'

$(VENV)/.torch:
	@echo "Jugeote: making $(VENV) (a few minutes, about 1.9 GB)" >&2
	@$(PYTHON) -c 'import sys; sys.exit("Jugeote needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# CPU only, everywhere: the default torch brings gigabytes of CUDA.
	@$(PIP) install --quiet --no-compile torch==2.13.0+cpu 2>/dev/null \
	  || ( $(PIP) install --quiet uv && $(BIN)/uv pip install --python $(BIN)/python --torch-backend=cpu torch==2.13.0 )
	@touch $@

$(STAMP): $(VENV)/.torch pyproject.toml constraints.txt
	@echo "Jugeote: installing what it needs" >&2
	@$(INSTALL) -e .
	@$(COMPILE)
	@touch $@

$(VENV)/.generator: $(STAMP)
	@# A name that nobody knows is said now, not after ten minutes of building.
	@test -z "$(MODEL)" || test -f "$(MODEL)" || grep -q "^$(MODEL) *|" models.txt || $(BIN)/jugeote models get "$(MODEL)"
	@echo "Jugeote: building llama-cpp-python, 6 to 10 minutes on two cores the first time; pip keeps the wheel" >&2
	@$(ENGINE) $(INSTALL) -e '.[generator]'
	@$(BIN)/python -m compileall -q $(VENV)/lib/python3*/site-packages/llama_cpp
	@touch $@

$(VENV)/.test: $(STAMP) $(VENV)/.generator
	@$(INSTALL) -e '.[test]'
	@touch $@

# A file is imported, a name of models.txt is fetched; both print the name that the writer then has.
BRING := $(BIN)/jugeote models $$(test -f "$(MODEL)" && echo import || echo get) "$(MODEL)"

#: make chat                 install what is missing, build the index if needed, serve http://127.0.0.1:7860;
#:                           MODEL=NAME|FILE fetches or imports that generator first and writes with it
chat: install
	@$(BIN)/jugeote index >&2
	@$(if $(MODEL),name=$$($(BRING)) && exec $(BIN)/jugeote chat --writer "$$name" $(ARGS),exec $(BIN)/jugeote chat $(ARGS))

#: make install              the set-up alone; MODEL=... also builds the engine for a generator
install: $(STAMP) $(if $(MODEL),$(VENV)/.generator)

#: make acceptance MODEL=NAME|FILE   what a host reads before opening with that generator: build/acceptance/report.html
acceptance: install
	@test -n "$(MODEL)" || { echo "make acceptance MODEL=NAME|FILE" >&2; exit 2; }
	@$(BIN)/jugeote index >&2
	@name=$$($(BRING)) && exec $(BIN)/python -m evals.acceptance --writer "$$name" $(ARGS)

#: make test                 bring what the tests need, then run all of them
test: $(VENV)/.test
	@sh tests/bring_chromium.sh
	@$(BIN)/python -m pytest $(ARGS)

#: make check                format, lint, types, tests: what .ci/run runs
check: $(VENV)/.test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory test

#: make eval                 how good the answers are: build/eval/report.html (ARGS="--split dev --sample 50")
eval: install
	@$(BIN)/jugeote index >&2
	@$(BIN)/jugeote eval --out build/eval $(ARGS)

#: make format               write the format that check wants
format: $(VENV)/.test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
