#!/usr/bin/env bash
# A session killed on a screen, in the middle of a run, comes back as it was; so does one that lost its terminal.
. "$(dirname "$0")/lib.sh"

sessions="$work/home/.local/state/dnntui/sessions"
hash_shown() { screen | grep -oE '^[0-9a-f]{16}$' | tail -n 1; }
same_hash() { [ -n "$before" ] && [ "$(hash_shown)" = "$before" ]; }
log_lines() { grep -cE "$1" "$(ls -dt "$sessions"/* | head -n 1)"; }
recorded() { [ "$(log_lines "$1")" -gt 0 ]; }

start 100 30 iris
check 'nothing is recorded of who does nothing' test ! -e "$sessions"
keys 'run' Enter
wait_for 'running'
keys 'lr 0.002' Enter
wait_for 'lr 0.001 -> 0.002'
keys 'bn on' Enter
wait_for 'bn on: kept'
keys 'stop' Enter
wait_gone 'running'
keys 'plot acc' Enter 'stepi 5' Enter
wait_for 'at fwd'
keys 'hash' Enter
wait_for '^[0-9a-f]{16}$'
before=$(hash_shown)
step=$(number step)
keys 'run' Enter
wait_for 'running'
check 'edits made while it runs are recorded' recorded '^bn on$'
kill -KILL "$pid"
until_true "$deadline" at_shell
keys 'reset' Enter
until_true "$deadline" at_shell

wait_for 'sh> *$'
launch dnntui
check 'the next start tells of it' wait_for 'a session was cut short at .*: `recover` brings it back'
keys C-d
until_true "$deadline" at_shell
launch 'dnntui --recover'
check 'it says what it has recovered' wait_for 'recovered [0-9]+ commands to step'
keys 'hash' Enter
wait_for '^[0-9a-f]{16}$'
check 'the state is what it was' same_hash
check 'the plot is the one that was chosen' shows 'acc'
keys 'finish' Enter
wait_gone 'at fwd'
keys 'step 10' Enter
wait_for "step $((step + 11))"
kill -HUP "$pid"
until_true "$deadline" at_shell
keys 'reset' Enter

wait_for 'sh> *$'
launch 'dnntui --recover'
check 'so does one that lost its terminal' wait_for "recovered [0-9]+ commands to step $((step + 11))"
keys C-d
until_true "$deadline" at_shell
keys 'reset' Enter 'dnntui --recover' Enter
check 'one that was left is not offered' wait_for 'nothing to recover'
rm -f "$work"/sanitizer* # a sanitizer reports the signal that was sent

keys 'clear' Enter
wait_for 'sh> *$'
keys 'export XDG_STATE_HOME=/dev/null' Enter
launch 'dnntui iris'
keys 'step 5' Enter
check 'it is told once that nothing is recorded' wait_for 'this session is not recorded any more: .*/dev/null'
keys 'step 5' Enter 'step 5' Enter
wait_for 'step 15'
check 'and no more' test "$(screen | grep -c 'not recorded')" -le 1
keys C-d
finish
