# The commands of the book; `make` alone lists them. What they do is written in tools/.

# Python 3.11 to 3.13: the one that .venv was made with, else python3, else a named version.
# Another one: make book PYTHON=python3.12
CANDIDATES := $(shell sed -n 's/^executable = //p' .venv/pyvenv.cfg 2>/dev/null) \
    python3 python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in $(CANDIDATES); do \
    $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
NO_PYTHON = No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make book PYTHON=/path/to/it

IN_VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help environment book test check twice pdf epub lighthouse live new draft tidy record
.PHONY: versions bench address lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment: ## install the packages into .venv (the commands below do it themselves)
	@$(if $(PYTHON),,$(error $(NO_PYTHON)))
	@$(PYTHON) tools/environment.py

book: environment ## fetch the data, execute the notebooks and build the site
	@$(IN_VENV) -m tools.build all

test: environment ## run the tests of the package and of the notebooks
	@$(IN_VENV) -m pytest

check: environment ## check the built site, and the live panel in JupyterLab, in a real browser
	@$(IN_VENV) -m pytest tests/site
	@$(IN_VENV) -m pytest tests/live

# One part or page: make twice NAME=rnn/09
twice: environment ## execute the notebooks once more and compare the outputs with the book's
	@$(IN_VENV) -m tools.twice $(NAME)

# Needs Chromium or Chrome, and a font with Chinese characters; on Debian:
# apt-get install chromium fonts-liberation fonts-dejavu fonts-wqy-microhei
pdf: book ## print the whole book to one PDF
	@$(IN_VENV) -m tools.press pdf

epub: book ## make one EPUB of the whole book, for reading devices
	@$(IN_VENV) -m tools.press epub

lighthouse: environment ## measure speed, access and more of the built site with Lighthouse
	@$(IN_VENV) -m tools.lighthouse

live: environment ## open the notebooks in JupyterLab
	@$(IN_VENV) -m jupyterlab notebooks

# make new NOTEBOOK=regularization/09-my-page, or COMPONENT=my-dial, or DATA=my-data
new: environment ## make the skeleton of a page, a component or a data set
	@$(IN_VENV) -m tools.new $(if $(NOTEBOOK),notebook $(NOTEBOOK)) \
	    $(if $(COMPONENT),component $(COMPONENT)) $(if $(DATA),data $(DATA))

# make draft NAME=regularization/09-my-page
draft: environment ## execute one page and build it, the others without outputs, in _build/draft
	@$(IN_VENV) -m tools.draft $(NAME)

tidy: environment ## clear what Jupyter has left in the notebooks: outputs, counts, your machine
	@$(IN_VENV) -m tools.tidy

# One part or page: make record NAME=regularization
record: environment ## run the experiments whose recorded results are missing or out of date
	@$(IN_VENV) -m tools.record $(NAME)

# One set alone, in an environment of its own: make versions NAME=colab (or oldest, or newest)
versions: environment ## run the notebooks in Colab's, the oldest and the newest versions
	@$(IN_VENV) -m tools.versions $(NAME)

# One part: make bench PART=rnn
bench: environment ## compare the speed with d2l and with bare PyTorch
	@$(IN_VENV) -m benchmarks $(PART)

# make address TO=github.com/you/your-fork
address: ## name another repository as the book's, everywhere
	@$(if $(PYTHON),,$(error $(NO_PYTHON)))
	@$(PYTHON) -m tools.address $(TO)

lock: ## renew requirements.lock from pyproject.toml
	@$(if $(PYTHON),,$(error $(NO_PYTHON)))
	@$(PYTHON) tools/environment.py lock

clean: ## remove what was built (the environment and the data stay)
	rm -rf _build
