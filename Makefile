# Lederbrev: what people do with a checkout. `make` alone lists it.

.PHONY: help demo test build bench soak golden format lint docs suite deny clean
.DEFAULT_GOAL := help

CARGO ?= cargo
# One folder for all builds; CARGO_TARGET_DIR moves it.
TARGET := $(or $(CARGO_TARGET_DIR),target)

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ \t/' | expand -t 12

demo: ## build, fill a database with the example newsletter, send it for real, and serve it
	@./.ci/needs build
	@echo "demo: building the program (3 to 12 minutes the first time, seconds after that)"
	@$(CARGO) build --release --locked --quiet
	@exec $(TARGET)/release/lederbrev demo

test: ## everything that must be green: format, lints, docs, and the suite on both databases
	@./.ci/needs test
	@echo "test: format, lints, docs and the suite (about 25 minutes from nothing on 2 cores, 17 after that)"
	@$(MAKE) --no-print-directory format lint docs suite

build: ## build the program, optimised
	@./.ci/needs build
	$(CARGO) build --release --locked

bench: ## measure against the plainest program that does the same (about 20 minutes; BENCH=name for one)
	@./.ci/needs test
	$(CARGO) bench --locked --quiet -- $(BENCH)

soak: ## kill the sending at 250 random moments on each database, fill its disk, freeze it (about 15 minutes; SEEDS=n for n times ten)
	@./.ci/needs test
	@for seed in $$(seq 1 $(or $(SEEDS),25)); do \
		KILL_SEED=$$seed $(CARGO) test --locked --quiet --test it -- \
			kill::ten disk_full:: frozen:: postgres_killed:: --nocapture || exit 1; done
	$(CARGO) test --locked --quiet --test it -- --ignored --nocapture

golden: ## render the golden issues with the official MJML again, after a change of our templates (needs Node)
	@command -v npm >/dev/null || { echo "golden: npm is missing; only this command needs it" >&2; exit 1; }
	$(CARGO) test --locked --quiet --lib golden::write_the_mjml -- --ignored
	cd tests/golden && npm ci --silent --no-audit --no-fund && node render.mjs
	$(CARGO) test --locked --quiet --lib golden::

format:
	$(CARGO) fmt --check

lint:
	$(CARGO) clippy --locked --all-targets --quiet -- -D warnings

# The docs are for who works on the program: they show private items, and may link to them.
docs:
	RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" $(CARGO) doc --locked --no-deps --document-private-items --quiet

suite:
	$(CARGO) test --locked

deny: ## check the licences and advisories of everything we build on (installs cargo-deny)
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny check licenses bans sources advisories

clean: ## remove what was built, and nothing else
	$(CARGO) clean
