# Two commands to begin with: "make demo" and "make test". Each installs what it needs once, builds, and runs.
prefix ?= /usr/local
ROUNDS ?= 200
DESTDIR ?=

all: build/plumb ## build build/plumb

build/plumb: base-setup
	@tools/build build -- plumb

demo: build/plumb ## a generated company's leads, scored, explained, and served
	@tools/demo

test: base-setup ## run all tests; the last line counts them (ARGS=-v names them, ARGS=core/rule picks some)
	@tools/build build
	@tools/run-tests build $(ARGS)

check: base-setup ## the tests under three sanitizers, the fuzzers (FUZZ_SECONDS=60 each), clang-tidy, layout, architecture
	@tools/setup check
	@tools/check

torture: base-setup ## kill the server ROUNDS=200 times amid its work and look for what is lost (PLUMB_TEST_SEED repeats)
	@tools/build build -- plumb tests/test_torture
	@PLUMB="$(abspath build/plumb)" PLUMB_TORTURE_ROUNDS=$(ROUNDS) build/tests/test_torture

bench: base-setup ## measure speed and memory beside peers, with targets (ARGS='serve latency' picks parts); also in build/bench/
	@tools/setup bench
	@tools/build build
	@bench/run $(ARGS)

bench-predict: base-setup ## models of public leads beside scikit-learn and XGBoost, with targets; also in build/bench/
	@tools/setup bench-predict
	@tools/build build -- plumb
	@node bench/predict.mjs

format: ## lay out the sources as make check wants them
	@find src tests bench -name '*.[ch]' -o -name '*.cpp' | xargs clang-format -i

install: ## install under prefix=/usr/local, DESTDIR respected; run make first
	@meson configure build --prefix="$(abspath $(prefix))" && tools/build build -- plumb plumb.1
	@DESTDIR="$(DESTDIR)" meson install -C build --no-rebuild --quiet
	@echo "installed $(DESTDIR)$(abspath $(prefix))/bin/plumb"

clean: ## remove what was built
	@rm -rf build build-asan build-tsan build-fuzz

help: ## print this
	@sed -n 's/^all:/:/; s/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 16

base-setup:
	@tools/setup build

.PHONY: all build/plumb demo test check torture bench bench-predict format install clean help base-setup
.DEFAULT_GOAL := all
