# lib.sh: what the screen tests share. Each runs the program in a tmux of its own, with its own socket, home and no
# configuration, types keys, and waits for what the screen should then show: by looking again until a deadline.
#
# A test sources this file, calls start, then check/wait_for..., then finish. PROGRAM is the binary (from the top).
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
program=$(cd "$top" && realpath "${PROGRAM:-dnntui}")
deadline=${DEADLINE:-20}
passed=0
failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/dnntui-screen.XXXXXX")
socket="dnntui-${work##*.}"

mux() { tmux -u -L "$socket" -f /dev/null "$@"; }
cleanup() {
    mux kill-server 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

command -v tmux >/dev/null || { echo "tmux is not installed"; exit 77; }
mkdir "$work/home" "$work/bin"
ln -s "$program" "$work/bin/dnntui"

# shell WIDTH HEIGHT: a bare shell in a terminal of that size.
shell() {
    mux new-session -d -s test -x "$1" -y "$2" -c "$work/home" \
        env -i HOME="$work/home" PATH="$work/bin:/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 TERM=tmux-256color PS1='sh> ' HISTFILE=/dev/null \
        ASAN_OPTIONS="log_path=$work/sanitizer" UBSAN_OPTIONS="log_path=$work/sanitizer" \
        LSAN_OPTIONS="suppressions=$here/lsan.supp:print_suppressions=0" bash --norc --noprofile -i
    mux resize-window -t test -x "$1" -y "$2"
    wait_for 'sh> *$' || give_up "no shell"
}

# launch COMMAND...: from a shell, which a program may just have been left for. Nothing of that may stand there when the
# next is looked at (its last line says the step too), and a key sent before the prompt stands would be the shell's.
launch() {
    wait_for 'sh> *$' || give_up "the program before did not end"
    keys clear Enter
    wait_gone 'left at' || give_up "the terminal was not cleared"
    keys "$*" Enter
    wait_for '^dnntui> *$' || give_up "the program did not start"
    pid=$(pgrep -P "$(mux display-message -p -t test '#{pane_pid}')" | head -n 1)
}

# start WIDTH HEIGHT [ARGUMENTS]: the program on the screen of that size.
start() {
    shell "$1" "$2"
    shift 2
    launch "dnntui $*"
}

keys() { mux send-keys -t test "$@"; }
bytes() { mux send-keys -t test -H "$@"; } # in hexadecimal
screen() { mux capture-pane -p -t test; }
size() { mux resize-window -t test -x "$1" -y "$2"; }
number() { screen | grep -oE "$1 [0-9]+" | head -n 1 | grep -oE '[0-9]+$'; } # number step: what the screen says

# until_true SECONDS COMMAND...: tries again until it succeeds.
until_true() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
        sleep 0.02
    done
}
shows() { screen | grep -qE -e "$1"; }
hides() { ! screen | grep -qE -e "$1"; }
wait_for() { until_true "$deadline" shows "$1"; }
wait_gone() { until_true "$deadline" hides "$1"; }
beyond() { local now; now=$(number step); [ "${now:-0}" -gt "$1" ]; }
at_shell() { [ "$(mux display-message -p -t test '#{pane_current_command}')" = bash ]; }

# check NAME COMMAND...: one test.
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name ($*)"
        screen 2>/dev/null | sed 's/^/    |/'
    fi
}

give_up() {
    echo "FAILED: $1"
    screen 2>/dev/null | sed 's/^/    |/'
    cat "$work"/sanitizer* 2>/dev/null
    failed=$((failed + 1))
    echo "$passed passed, $failed failed"
    exit 1
}

no_sanitizer_report() { ! cat "$work"/sanitizer* 2>/dev/null | grep .; }

finish() {
    until_true "$deadline" at_shell
    check 'no sanitizer reports anything' no_sanitizer_report
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}
