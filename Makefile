# dnntui: `make run` and `make test` install what is missing, build, and run. `make help` lists the rest.

BUILD  ?= release
PREFIX ?= /usr/local
DESTDIR ?=

CSTD     := -std=c11 -D_GNU_SOURCE -ffp-contract=off
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Werror=format-security
MODE_release := -O3 -march=x86-64-v2 -fno-math-errno -fno-trapping-math -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE_debug   := -O0 -g3
MODE_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
MODE_ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all
LINK_release := -pie -Wl,-z,relro,-z,now
LINK_asan    := -fsanitize=address,undefined
LINK_ubsan   := -fsanitize=undefined
MODE := $(MODE_$(BUILD))
ifeq ($(origin MODE_$(BUILD)),undefined)
$(error BUILD=$(BUILD) is not known: release, debug, asan or ubsan)
endif
ifneq ($(shell uname -m),x86_64)
MODE_release := $(filter-out -march=%,$(MODE_release))
endif

# Every library, what pkg-config calls it (libcsv has no such file), and the Debian packages of a build and of the tests.
# OpenBLAS's pthread build, its own threads switched off: the serial build must not be called by two threads at once.
# It is loaded when it is needed (src/dnn/gemm.c), not linked.
MODULES       := ncursesw readline openblas zlib libxxhash jansson
PACKAGES      := gcc make pkg-config libc6-dev libncurses-dev libreadline-dev libopenblas-pthread-dev libcsv-dev zlib1g-dev libxxhash-dev libjansson-dev
TEST_PACKAGES := libcmocka-dev tmux procps python3 mandoc
BENCH_PACKAGES := python3 python3-torch python3-pandas tmux dataset-fashion-mnist

OUT      := build/$(BUILD)
PROGRAM  := $(if $(filter release,$(BUILD)),dnntui,$(OUT)/dnntui)
CFLAGS   ?=
ALL_CFLAGS = $(CSTD) $(WARNINGS) $(MODE) -Iinclude -pthread $(shell pkg-config --cflags $(MODULES) 2>/dev/null) $(CFLAGS)
DNN_LIBS = -pthread -lm -ldl
LIBS     = $(shell pkg-config --libs $(filter-out openblas,$(MODULES))) -lcsv $(DNN_LIBS)
# The release holds its small libraries itself, each that has an archive: to load seven takes a seventh of a start
# (`make bench BENCH=start`, with HOLD=no, which leaves them shared, and without). The C library stays shared, or
# OpenBLAS could not be loaded.
archive  = $(shell $(CC) -print-file-name=lib$(1).a)
hold     = $(if $(filter -l%,$(1)),$(if $(findstring /,$(call archive,$(1:-l%=%))),$(1:-l%=-l:lib%.a),$(1)),$(1))
HELD_MODULES = readline $(filter-out openblas readline,$(MODULES))
RELEASE_LIBS = $(foreach word,$(shell pkg-config --libs $(HELD_MODULES)) -lcsv,$(call hold,$(word))) $(DNN_LIBS)
PROGRAM_LIBS = $(if $(filter release-,$(BUILD)-$(HOLD)),$(RELEASE_LIBS),$(LIBS))

# What is compiled in double alone, for the engine that `gradcheck` computes with.
TWIN_SOURCES := src/debug/gradcheck_twin.c
SOURCES      := $(filter-out src/main.c $(TWIN_SOURCES),$(shell find src -name '*.c' | LC_ALL=C sort))
DNN_SOURCES  := $(filter src/base/% src/dnn/%,$(SOURCES))
REST_SOURCES := $(filter-out $(DNN_SOURCES),$(SOURCES))
DNN_OBJECTS  := $(DNN_SOURCES:%.c=$(OUT)/%.o)
REST_OBJECTS := $(REST_SOURCES:%.c=$(OUT)/%.o)
DOUBLE_OBJECTS := $(DNN_SOURCES:%.c=$(OUT)/double/%.o)
TWIN_OBJECTS := $(patsubst %.c,$(OUT)/double/%.o,$(TWIN_SOURCES) $(filter src/dnn/%,$(DNN_SOURCES)))
OBJCOPY ?= objcopy

# Unit tests of the engine link with the engine alone; those named *_double.c with the engine compiled in double.
DNN_TESTS    := $(wildcard tests/unit/base/*.c) $(filter-out %_double.c,$(wildcard tests/unit/dnn/*.c))
DOUBLE_TESTS := $(wildcard tests/unit/dnn/*_double.c)
REST_TESTS   := $(filter-out $(DNN_TESTS) $(DOUBLE_TESTS),$(shell find tests/unit -name '*.c' | LC_ALL=C sort))
UNIT_TESTS   := $(patsubst %.c,$(OUT)/%,$(DNN_TESTS) $(DOUBLE_TESTS) $(REST_TESTS))

.PHONY: all run run-fashion test lessons lessons-seeds deps test-deps install uninstall check-layers bench bench-deps bench-readme doctor-table man clean help units
# As many compilers at once as there are processors, unless the caller says how many.
jobs = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
all:
	@$(MAKE) --no-print-directory $(jobs) $(PROGRAM)

help:
	@echo 'make                 build ./dnntui            make run       install what is missing, build, start'
	@echo 'make test            all tests                 make bench     measure (see tests/bench/run)'
	@echo 'make bench-deps      install what others are measured with'
	@echo 'make bench-readme    put what the last `make bench` said into README.md'
	@echo 'make doctor-table    try the doctor on broken and on healthy trainings'
	@echo 'make lessons         play all lessons          make lessons-seeds  with ten seeds each'
	@echo 'make run-fashion     train on pictures         make man       bring the manual up to date'
	@echo 'make BUILD=debug|asan|ubsan [test]             make check-layers   prove the order of the rooms'
	@echo 'make install PREFIX=/usr/local DESTDIR=        make deps      install what a build needs'

$(PROGRAM): $(OUT)/src/main.o $(OUT)/libdnntui.a $(OUT)/libdnn.a
	$(CC) $(MODE) $(LINK_$(BUILD)) -o $@ $^ $(PROGRAM_LIBS) $(LDFLAGS)

$(OUT)/libdnn.a: $(DNN_OBJECTS)
	rm -f $@ && $(AR) rcs $@ $^
$(OUT)/libdnntui.a: $(REST_OBJECTS) $(OUT)/twin.o
	rm -f $@ && $(AR) rcs $@ $^
# A second engine, in double, inside the program: one object that keeps all its names to itself but those of the twin. It
# checks, and need not be fast: -O1 is compiled sooner.
# Groups of sections are taken apart, or the linker would take the second engine's for copies of the first's.
$(OUT)/twin.o: $(TWIN_OBJECTS)
	$(LD) -r --force-group-allocation -o $@.all $^
	$(OBJCOPY) --wildcard --keep-global-symbol='gradcheck_twin_*' $@.all $@
	rm -f $@.all
$(OUT)/libdnn-double.a: $(DOUBLE_OBJECTS)
	rm -f $@ && $(AR) rcs $@ $^

# Folders are made when something is first put there, and once: some three hundred objects are.
.SECONDEXPANSION:
.PRECIOUS: build/%/.
build/%/.:
	@mkdir -p $@

# The flags are worked out once, when the first object is made: a machine may have got its libraries a moment ago.
$(OUT)/flags: Makefile | $(OUT)/.
	@echo '$(ALL_CFLAGS)' | tr -s ' ' '\n' > $@
$(OUT)/%.o: %.c $(OUT)/flags | $$(@D)/.
	$(CC) @$(OUT)/flags -MMD -MP -c -o $@ $<
$(OUT)/double/%.o: %.c $(OUT)/flags | $$(@D)/.
	$(CC) @$(OUT)/flags -DDNN_DOUBLE -O1 -fno-lto -MMD -MP -c -o $@ $<
$(OUT)/src/data/known_set.o: $(wildcard datasets/*.csv)
$(OUT)/src/cmd/lesson_texts.o: $(wildcard datasets/lessons/*.dnn)

# Unit tests.
$(DNN_TESTS:%.c=$(OUT)/%): $(OUT)/%: $(OUT)/%.o $(OUT)/libdnn.a
	$(CC) $(MODE) $(LINK_$(BUILD)) -o $@ $^ -lcmocka $(DNN_LIBS)
$(DOUBLE_TESTS:%.c=$(OUT)/%): $(OUT)/%: $(OUT)/double/%.o $(OUT)/libdnn-double.a | $$(@D)/.
	$(CC) $(MODE) $(LINK_$(BUILD)) -o $@ $^ -lcmocka $(DNN_LIBS)
$(REST_TESTS:%.c=$(OUT)/%): $(OUT)/%: $(OUT)/%.o $(OUT)/libdnntui.a $(OUT)/libdnn.a
	$(CC) $(MODE) $(LINK_$(BUILD)) -o $@ $^ -lcmocka $(LIBS)
units: $(UNIT_TESTS)

# Installing. A package that is there costs one look; with apt and root (or sudo) what is missing is installed.
missing = $(shell for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || printf ' %s' $$p; done)
sudo    = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
define install-missing
	@m='$(strip $(call missing,$(1)))'; [ -z "$$m" ] && exit 0; \
	if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then \
	  echo "installing $$m"; export DEBIAN_FRONTEND=noninteractive; \
	  $(sudo) apt-get update -qq && $(sudo) apt-get install -y -qq --no-install-recommends $$m >build-install.log 2>&1 \
	    || { tail -n 5 build-install.log; echo "could not install $$m" >&2; exit 1; }; rm -f build-install.log; \
	else echo "missing: $$m. On Debian: apt-get install $$m" >&2; exit 1; fi
endef
deps:
	$(call install-missing,$(PACKAGES) $(if $(findstring clang,$(CC)),clang))
test-deps: deps
	$(call install-missing,$(TEST_PACKAGES))

run: deps
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@./dnntui $(ARGS)

# Pictures: a small convolutional network on Fashion-MNIST, which a Debian package holds; accuracy after every epoch.
FASHION_NET := net conv 32 3x3, relu, pool max 2, conv 64 3x3, relu, pool max 2, dense 128, relu
FASHION_EPOCHS ?= 1 2 3
run-fashion: deps
	$(call install-missing,dataset-fashion-mnist)
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@./dnntui --batch --seed 1 -c '$(FASHION_NET)' -c 'batch 128' \
	  $(foreach epoch,$(FASHION_EPOCHS),-c 'epoch 1' -c 'print val.acc' -c 'print test.acc') fashion

test: test-deps
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM) units
	@BUILD=$(BUILD) PROGRAM=$(PROGRAM) tests/run

# The lessons, played through; the pictures that they write are in build/lessons. LESSONS names some: LESSONS='G2 D5'.
lessons: deps
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@PROGRAM=$(PROGRAM) tests/lessons --in build/lessons $(LESSONS)
# How often each of their claims holds, over ten seeds.
lessons-seeds: deps
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@PROGRAM=$(PROGRAM) tests/lessons --seeds 10 $(LESSONS)

# What others are measured with. `make bench` does without what is missing, and says so.
bench-deps: deps
	$(call install-missing,$(BENCH_PACKAGES))
# BENCH names parts or workloads: make bench BENCH='W2 W4 stops'.
bench:
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@PROGRAM=$(PROGRAM) BENCH='$(BENCH)' tests/bench/run
# What the last whole run said, into README.md.
bench-readme:
	@PYTHONDONTWRITEBYTECODE=1 tests/bench/readme.py

# RUNS names some of tests/doctor/runs, or all: make doctor-table RUNS='P01 H04'. None: the published mistakes (P) and
# the healthy trainings (H), in some ten minutes.
doctor-table:
	@$(MAKE) --no-print-directory -s $(jobs) $(PROGRAM)
	@PROGRAM=$(PROGRAM) tests/doctor/run $(RUNS)

check-layers:
	@tests/check-layers

man: $(PROGRAM)
	PROGRAM=$(PROGRAM) tests/manual --write

install: $(PROGRAM)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/dnntui
	install -D -m 644 man/dnntui.1 $(DESTDIR)$(PREFIX)/share/man/man1/dnntui.1
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/dnntui $(DESTDIR)$(PREFIX)/share/man/man1/dnntui.1

clean:
	rm -rf build dnntui

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
