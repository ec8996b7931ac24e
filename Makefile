# The targets. What they do is in .ci/, in one small script each.

GOTESTFLAGS ?=
FUZZTIME ?= 30s
SOAK_USERS ?= 100000
SIGN_INS ?= 1000000

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: ## Build the static program ./wherry
	CGO_ENABLED=0 go build -trimpath -o wherry ./cmd/wherry

.PHONY: lambda
lambda: ## Build the Lambda function's zip files, dist/wherry-lambda-ARCH.zip
	@.ci/lambda

.PHONY: release-snapshot
release-snapshot: ## Build all that a release holds into dist/, and publish nothing
	@.ci/release-snapshot

.PHONY: test
test: ## Run every test, with a PostgreSQL of its own and what else it needs (GOTESTFLAGS=-v)
	@.ci/test $(GOTESTFLAGS)

.PHONY: race
race: ## The same with the race detector
	@.ci/test -race $(GOTESTFLAGS)

.PHONY: e2e
e2e: ## Run the tests that need more than one wing
	@PACKAGES=./test/... .ci/test $(GOTESTFLAGS)

.PHONY: lint
lint: ## Check format, imports and code with golangci-lint
	@.ci/lint

.PHONY: fix
fix: ## Format the code, and mend what golangci-lint can mend
	@.ci/lint --fix

.PHONY: fuzz
fuzz: ## Run every fuzz target for a while (FUZZTIME=30s)
	@.ci/fuzz $(FUZZTIME)

.PHONY: bench
bench: ## Run every benchmark
	@WHERRY_POSTGRES_OPTIONS="-c shared_buffers=1GB -c max_wal_size=8GB" .ci/with-postgres go test -run '^$$' -bench . -benchmem $(GOTESTFLAGS) ./...

.PHONY: soak
soak: ## Sign 100,000 users in while the pool suffers (SOAK_USERS=100000)
	@WHERRY_SOAK_USERS=$(SOAK_USERS) go test -count=1 -timeout 3h -v $(GOTESTFLAGS) ./test/soak

.PHONY: growth
growth: ## Sign a million users in and watch the connector's memory (SIGN_INS=1000000)
	@WHERRY_BENCH_SIGN_INS=$(SIGN_INS) go test -count=1 -timeout 3h -v -run TestConnectorDoesNotGrow $(GOTESTFLAGS) ./test/bench

.PHONY: ci
ci: ## Do all that must pass before a change is taken
	@.ci/run

.PHONY: clean
clean: ## Remove what the targets made
	rm -rf wherry dist artefacts
