# make demo   set-up, then the demo shop with its live room, until Ctrl-C; PORT=9000 names the port
# make test   set-up, then every test, JOBS=2 at a time (as root on Debian it installs the servers and the browser they need)
# make models torch, sentence-transformers and faster-whisper beside it: models with weights, the photographed host (3 minutes, 1 GB)
# make lint   format, lint, strict types
# make check  the same, and the tests that need no server
PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
UV_VERSION := 0.13.8
TORCH_VERSION := 2.13.0
SENTENCE_TRANSFORMERS_VERSION := 6.2.0
FASTER_WHISPER_VERSION := 1.2.1
SYSTEM_PACKAGES := chromium nginx libnginx-mod-rtmp ffmpeg postgresql

.PHONY: demo setup test models lint check bench pictures lock clean

demo: setup
	@$(BIN)/zhibo demo $(if $(PORT),--port $(PORT))

setup: .venv/base.done

test: .venv/dev.done system-packages
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

# By pip: torch's smaller build without a GPU is chosen by it, not by uv.
models: .venv/models.done

.venv/models.done: .venv/dev.done
	@echo "Installing torch, sentence-transformers and faster-whisper …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check torch==$(TORCH_VERSION) \
	    sentence-transformers==$(SENTENCE_TRANSFORMERS_VERSION) faster-whisper==$(FASTER_WHISPER_VERSION)
	@touch $@

lint: .venv/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile -m "not server and not coqui and not vllm" $(ARGS)

bench: .venv/dev.done
	@$(BIN)/python -m bench

pictures: .venv/dev.done system-packages
	$(BIN)/python -m docs.pictures

# The lock files pin every package by hash; they change only here.
lock: .venv/bin/uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Zhibo needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Install the venv module first (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)

.venv/base.done: requirements.lock pyproject.toml | .venv/bin/uv
	@echo "Installing into .venv …"
	@$(BIN)/uv pip install -q --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.done: requirements-dev.lock .venv/base.done
	@$(BIN)/uv pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

# Tests skip what a machine lacks and say so; where we may install it, we do.
.PHONY: system-packages
system-packages:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! dpkg -s $(SYSTEM_PACKAGES) >/dev/null 2>&1; then \
	    echo "Installing $(SYSTEM_PACKAGES) for the tests …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	        $(SYSTEM_PACKAGES) >/dev/null; \
	fi

clean:
	rm -rf .venv data build dist .mypy_cache .ruff_cache .pytest_cache
