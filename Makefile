# Twinseal. `make help` lists what there is; CONTRIBUTING.md says how the pieces fit.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
PKG ?= ./...

##@ Use

.PHONY: demo
demo: build ## Build the program and open a working sample system
	bin/twinseal demo

.PHONY: build
build: ## Build bin/twinseal: static, stripped, reproducible
	@scripts/setup build
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/twinseal ./cmd/twinseal

.PHONY: assets
assets: ## Build the authenticator's page from its TypeScript; what it makes is committed
	@scripts/setup assets
	@scripts/assets

##@ Prove

.PHONY: test
test: ## Everything a change must pass; installs what is missing first
	@scripts/setup test
	@$(MAKE) lint
	@scripts/test $(PKG)

.PHONY: lint
lint: ## Vet, formatting, staticcheck, golangci-lint, the shape of the tree
	@scripts/setup tools
	@scripts/lint

.PHONY: fmt
fmt: ## Format the Go files
	@scripts/setup tools
	@.cache/bin/gofumpt -w .

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s)
	@scripts/setup build
	@scripts/fuzz

.PHONY: soak
soak: ## The long ones: kills under load, races with many rounds, a million signed requests
	@scripts/setup test
	TWINSEAL_SOAK=1 TEST_TIMEOUT=3h scripts/test -count=1 ./e2e/... ./internal/dialect/launchkey

.PHONY: bench
bench: ## Speed and memory, as ratios measured in one run; BENCH='-only verify' for a part
	@scripts/setup test
	go run ./bench $(BENCH)

##@ Keep house

.PHONY: tools
tools: ## Build the linters into .cache/bin
	@scripts/setup tools

.PHONY: clean
clean: ## Remove what was built and the demo's data
	rm -rf bin data

.PHONY: clean-all
clean-all: clean ## … and the cached tools and packages
	rm -rf .cache

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
