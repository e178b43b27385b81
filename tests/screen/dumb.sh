#!/usr/bin/env bash
# A terminal that cannot move its cursor gets lines, and no escape code.
. "$(dirname "$0")/lib.sh"

shell 80 24
mux pipe-pane -t test "cat > $work/raw"
keys 'export TERM=dumb; clear() { :; }; bind "set enable-bracketed-paste off"; echo go' Enter
wait_for '^go$'
keys 'dnntui' Enter
check 'there is a prompt' wait_for 'dnntui> *$'
mark() { stat -c %s "$work/raw"; }
from=$(mark)
keys 'epoch 1' Enter
check 'commands run' wait_for 'step 45'
keys 'print 1+1' Enter
check 'answers come' wait_for '^2$'
keys 'nonsense' Enter
keys 'print 2+2' Enter
check 'a command that fails does not end it' wait_for '^4$'
keys 'run' Enter
wait_for 'run$'
keys C-c
check 'Ctrl-C stops a run' wait_for 'interrupted'
keys 'print 3+3' Enter
check 'and not the program' wait_for '^6$'
no_escapes() { tail -c "+$((from + 1))" "$work/raw" | { ! grep -q $'\033'; }; }
check 'no escape code was written' no_escapes
keys C-d
check 'Ctrl-D leaves' wait_for 'sh> *$'
finish
