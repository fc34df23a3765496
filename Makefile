# numawatch: see "make help".

SWIFT ?= swift
PREFIX ?= /usr
DESTDIR ?=
# 1: print one report and exit.
ONCE ?=
# The Swift runtime is linked in, so that the programs need nothing of the toolchain, and no path to look for it.
RELEASE = -c release --static-swift-stdlib --disable-local-rpath
# An import that the manifest does not declare is an error, not luck.
CHECKS = --explicit-target-dependency-import-check error


# Tests that wait for servers and clients go first and among themselves: a computation of minutes would keep the threads they
# need. Those that wait for whole programs keep a thread each while they do, and so go one after the other.
WAITING = ^(ServerTests|DaemonRuntimeTests|LinuxSystemTests)[.]|DaemonClientTests|DaemonAbsenceTests|WatchLinkTests|TopFeedTests
PROGRAMS = ^PackagingTests[.]

# lab, capture: topologies by name; none: all.
TOPOLOGY ?=
# lab, capture, truth: a series, 5.10 to 7.3; none: those that the table of LabCoverage has; for captures 6.12; for truth
# 6.1, 6.12 and 7.3.
KERNEL ?=
# lab, truth: the document to write; capture: the archive.
OUT ?=
# lab, truth: a directory that keeps what the guests sent.
KEEP ?=
# capture: what to trace.
WORKLOAD ?=
# truth: seeds by name; none: all.
SEEDS ?=

.PHONY: help run test coverage build install uninstall lint format bench bench-peers harm lab capture truth deb fleet clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the daemon on a private socket and show what it sees; ONCE=1 prints one report and exits
	@./scripts/install-packages.sh build run
	@$(MAKE) --no-print-directory build
	@ONCE='$(ONCE)' ./scripts/run.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)"

# The release programs are for the lab's guests, which have no room for those of debugging.
test: ## Install what the tests need, build, run every test
	@./scripts/install-packages.sh build test deb lab
	@$(MAKE) --no-print-directory build
	@NUMAWATCH_PROMTOOL="$$(./scripts/extract-tool.sh prometheus promtool)" && export NUMAWATCH_PROMTOOL && \
		{ NUMAWATCH_REPORT_TOOLS="$$(./scripts/unpack-tools.sh report)" || NUMAWATCH_REPORT_TOOLS=; } && \
		export NUMAWATCH_REPORT_TOOLS && \
		NUMAWATCH_LAB_BINARIES="$$($(SWIFT) build $(RELEASE) --show-bin-path)" && export NUMAWATCH_LAB_BINARIES && \
		$(SWIFT) build --build-tests $(CHECKS) && $(SWIFT) test --skip-build --filter '$(WAITING)' && \
		$(SWIFT) test --skip-build --no-parallel --filter '$(PROGRAMS)' && \
		$(SWIFT) test --skip-build --skip '$(WAITING)|$(PROGRAMS)'

# FILTER: tests by a regular expression; none: all but those that need release programs.
FILTER ?=
coverage: ## Say which lines the tests run, by target; FILTER= chooses tests
	@./scripts/install-packages.sh build test
	@$(SWIFT) build --build-tests --enable-code-coverage $(CHECKS)
	@$(SWIFT) test --skip-build --enable-code-coverage $(if $(FILTER),--filter '$(FILTER)',--skip '$(PROGRAMS)|^LabTests[.]') || \
		echo "some tests failed; the lines they ran are counted" >&2
	@./scripts/coverage.sh "$$($(SWIFT) build --show-bin-path)"

build: ## Build the release programs
	@$(SWIFT) build $(RELEASE) $(CHECKS)

install: build ## Install below DESTDIR and PREFIX (default /usr)
	@./scripts/install.sh install "$$($(SWIFT) build $(RELEASE) --show-bin-path)" '$(DESTDIR)' '$(PREFIX)'

deb: build ## Pack numawatch and its symbols as Debian packages in .build/deb; lintian and the tests check them
	@./scripts/install-packages.sh deb
	@./scripts/package-deb.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)" .build/deb

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

bench-peers: ## Measure the daemon beside other programs that watch hosts; LENGTH=, TURN=, PEERS= choose; needs root
	@./scripts/install-packages.sh build bench
	@$(MAKE) --no-print-directory build
	@./scripts/bench-peers.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)" "$$(./scripts/unpack-tools.sh peers)"

fleet: ## Measure a Prometheus that scrapes many hosts; HOSTS=, GROUPS_PER_HOST=, INTERVAL=, LENGTH= choose
	@./scripts/install-packages.sh build fleet
	@$(MAKE) --no-print-directory build
	@./scripts/fleet.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)" \
		"$$(./scripts/extract-tool.sh prometheus prometheus)"

harm: ## Measure what watching does to a process with much memory; TURNS=, LENGTH=, INTERVAL=, TARGETS= choose
	@./scripts/install-packages.sh build bench
	@$(MAKE) --no-print-directory build
	@./Tests/Lab/Guest/harm.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)"

lab: ## Run the checks in guests on every topology and kernel; TOPOLOGY=, KERNEL= choose, OUT= renews a document, KEEP= the results
	@./scripts/install-packages.sh build lab
	@$(MAKE) --no-print-directory build
	@NUMAWATCH_PROMTOOL="$$(./scripts/extract-tool.sh prometheus promtool)" && export NUMAWATCH_PROMTOOL && \
		{ NUMAWATCH_REPORT_TOOLS="$$(./scripts/unpack-tools.sh report)" || NUMAWATCH_REPORT_TOOLS=; } && \
		export NUMAWATCH_REPORT_TOOLS && \
		"$$($(SWIFT) build $(RELEASE) --show-bin-path)/numawatch-lab" run $(TOPOLOGY) $(if $(KERNEL),--kernel $(KERNEL)) \
		$(if $(KEEP),--keep $(KEEP)) $(if $(OUT),--out $(OUT))

capture: ## Store a guest as an archive for fixtures: TOPOLOGY=NAME [KERNEL=6.1] [WORKLOAD="words"] [OUT=FILE]
	@./scripts/install-packages.sh build lab
	@$(MAKE) --no-print-directory build
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/numawatch-lab" capture $(TOPOLOGY) \
		$(if $(KERNEL),--kernel $(KERNEL)) $(if $(WORKLOAD),--workload "$(WORKLOAD)") $(if $(OUT),--out $(OUT))

truth: ## Count every memory access in guests, beside what the daemon publishes: SEEDS=, KERNEL= choose, OUT=docs/truth.md
	@./scripts/install-packages.sh build lab
	@$(MAKE) --no-print-directory build
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/numawatch-lab" truth $(SEEDS) $(if $(KERNEL),--kernel $(KERNEL)) \
		$(if $(KEEP),--keep $(KEEP)) $(if $(OUT),--out $(OUT))

clean: ## Remove build products
	@$(SWIFT) package clean
