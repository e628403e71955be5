# Every command a contributor needs. `make help` lists them.
.DEFAULT_GOAL := help
PRESET ?= release
JOBS ?= $(shell nproc)

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

setup: ## Install every dependency (Debian 12)
	scripts/setup.sh

build: ## Build the program (PRESET=release|dev|tsan|ci)
	cmake --preset $(PRESET) >/dev/null && cmake --build --preset $(PRESET) -j $(JOBS)

check: ## The quick tests: seconds, after a build
	cmake --preset $(PRESET) >/dev/null && cmake --build --preset $(PRESET) -j $(JOBS) && ctest --preset $(PRESET) -j $(JOBS)

test: ## All tests, as CI runs them
	scripts/test.sh

test-all: ## The tests with sanitizers too: address and undefined, then threads
	SF_PRESET=dev scripts/test.sh --quick && SF_PRESET=tsan scripts/test.sh --quick && scripts/test.sh

test-page: build ## The page in a real Chromium, against a fake server and the program (scripts/setup.sh --dev installs it)
	cd web && npm run --silent build && npm test && cd .. && node tests/e2e/page/run.mjs --program build/$(PRESET)/bin/streamflow

run: build ## Run all services on ./data
	build/$(PRESET)/bin/streamflow start --service all

bench: ## Build and run the benchmarks
	cmake --preset release >/dev/null && cmake --build --preset release -j $(JOBS) && bench/run.sh build/release

crash: build ## Kill and restart it 200 times under load, and look for lost events
	python3 scripts/crash_campaign.py --program build/$(PRESET)/bin/streamflow --cycles 200

fmt: ## Format the code
	git ls-files 'src/*.hpp' 'src/*.cpp' 'tests/*.cpp' 'tests/*.hpp' 'bench/*.cpp' | xargs clang-format-19 -i

tidy: ## The checks of the sources: tests/tidy, headers that changed, clang-tidy over src
	tests/tidy/tidy.py all
	cmake --preset release >/dev/null && tests/tidy/headers_alone.py build/release --changed
	git ls-files 'src/*.cpp' | xargs -P $(JOBS) -n 4 clang-tidy-19 -p build/release --quiet

clean: ## Remove what was built
	rm -rf build

.PHONY: help setup build check test test-all test-page run bench crash fmt tidy clean
