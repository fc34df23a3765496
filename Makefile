# numawatch: see "make help".

SWIFT ?= swift
PREFIX ?= /usr
DESTDIR ?=
# 1: print one report and exit.
ONCE ?=
# The directory of release products; the Swift runtime is linked in, so the programs need nothing of the toolchain.
RELEASE = -c release --static-swift-stdlib
# An import that the manifest does not declare is an error, not luck.
CHECKS = --explicit-target-dependency-import-check error


.PHONY: help run test build install uninstall lint format bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the daemon on a private socket and show what it sees; ONCE=1 prints one report and exits
	@./scripts/install-packages.sh build run
	@$(MAKE) --no-print-directory build
	@ONCE='$(ONCE)' ./scripts/run.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)"

test: ## Install what the tests need, build, run every test
	@./scripts/install-packages.sh build test
	@NUMAWATCH_PROMTOOL="$$(./scripts/extract-tool.sh prometheus promtool)" && export NUMAWATCH_PROMTOOL && \
		$(SWIFT) build --build-tests $(CHECKS) && $(SWIFT) test --skip-build

build: ## Build the release programs
	@$(SWIFT) build $(RELEASE) $(CHECKS)

install: build ## Install below DESTDIR and PREFIX (default /usr)
	@./scripts/install.sh install "$$($(SWIFT) build $(RELEASE) --show-bin-path)" '$(DESTDIR)' '$(PREFIX)'

uninstall: ## Remove what install put there; a changed configuration stays
	@./scripts/install.sh uninstall '' '$(DESTDIR)' '$(PREFIX)'

lint: ## Check format, layers and white space
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
	@./scripts/check-layers.sh
	@./scripts/check-text.sh

format: ## Format the Swift code in place
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests

bench: ## Measure the daemon beside numastat and prometheus-node-exporter
	@./scripts/install-packages.sh build bench
	@$(MAKE) --no-print-directory build
	@./scripts/bench.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)"

clean: ## Remove build products
	@$(SWIFT) package clean
