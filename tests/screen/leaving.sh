#!/usr/bin/env bash
# Every way out leaves the terminal as it was: Ctrl-Z, signals, a crash.
. "$(dirname "$0")/lib.sh"

settings() { keys "stty -g > $work/$1" Enter; until_true "$deadline" test -s "$work/$1"; }
restored() { # NAME: at the shell, with its settings, on the normal screen
    until_true "$deadline" shows 'sh> *$' && rm -f "$work/after" && settings after && cmp -s "$work/before" "$work/after" &&
        [ "$(mux display-message -p -t test '#{alternate_on}#{cursor_flag}')" = 01 ]
}

shell 80 24
settings before
launch dnntui
keys 'run' Enter
wait_for 'running'
keys C-z
check 'Ctrl-Z stops it' wait_for 'Stopped'
check 'the terminal is as it was meanwhile' restored
keys 'fg' Enter
check 'it comes back' wait_for 'running'
check 'with a prompt' wait_for '^dnntui> *$'
keys 'print 4+4' C-c
check 'that can be typed at' wait_for '^dnntui> print 4\+4'
keys Enter
check 'and answers' wait_for '^8$'
keys C-d
check 'Ctrl-D restores the terminal' restored

for signal in TERM HUP QUIT ABRT SEGV; do
    launch dnntui
    kill -s "$signal" "$pid"
    check "SIG$signal restores the terminal" restored
    rm -f "$work"/sanitizer* # a sanitizer reports the signal that was sent
done
finish
