# The front door. Meson and ninja do the work underneath; each command first installs what it needs on a
# fresh Debian or Ubuntu (as root or by sudo), and says nothing of it when all is there.

# What `make run` builds and starts.
TOUR_TARGET = tools/coil
TOUR = ./build/plain/tools/coil tour

help:
	@echo "make run         build, then the tour of what coil does, live"
	@echo "make check       all tests, about five minutes on two cores"
	@echo "make check-all   the whole matrix: compilers, sanitizers, drivers, valgrind, another processor"
	@echo "make bench       the benchmarks, side by side with the peers"
	@echo "make bench-io    those of sockets, files and processes, beside bare programs, too"
	@echo "make bench-work  those of executors: threads, processes, all cores"
	@echo "make format      lay out the sources (clang-format)"
	@echo "make install     into PREFIX (default /usr/local), below DESTDIR if given"

run:
	@scripts/install-deps run
	@TARGETS=$(TOUR_TARGET) scripts/build
	@$(TOUR)

check:
	@scripts/install-deps run check
	@scripts/check

check-all:
	@scripts/install-deps run check check-all
	@scripts/check-all

bench:
	@scripts/install-deps run bench
	@bench/run

bench-io:
	@scripts/install-deps run bench
	@bench/io/run

bench-work:
	@scripts/install-deps run bench
	@bench/work/run

format:
	@scripts/install-deps format
	@scripts/format

PREFIX ?= /usr/local
# Warnings of compilers that we have not met must not stop anybody. Optimised across files; fat, so that the archive also serves who links without that. bench/run measures the same.
RELEASE = -Dwerror=false --buildtype=release -Db_lto=true -Dc_args=-ffat-lto-objects

install:
	@scripts/install-deps run
	@scripts/build build/install $(RELEASE) -Dprefix=$(PREFIX) -Dtests=false -Dexamples=false -Dbench=false
	@meson install -C build/install --no-rebuild

clean:
	rm -rf build

.PHONY: help run check check-all bench bench-io bench-work format install clean
