#!/usr/bin/env bash
# Typing while it trains: the prompt stays editable, the screen moves, Ctrl-C stops the run and not the program.
. "$(dirname "$0")/lib.sh"

start 80 24
check 'the choices made about the data are told, from the first' wait_for 'data +digits'
check 'how many lines follow is told' shows 'more: PageDown \([0-9]+ lines\)'
keys NPage NPage NPage NPage NPage NPage
check 'PageDown shows the others' wait_for 'batch +32 rows'
keys F1
check 'a long answer is shown from its top' wait_for '^> help'
check 'under it stands that there is more' shows 'more: PageDown'
check 'it takes the rows of the plot' wait_gone 'loss  log'
keys p
check 'meanwhile one can type' wait_for '^dnntui> p$'
check 'and goes on reading' shows '^> help'
keys BSpace
wait_for '^dnntui>$'
keys End
check 'End goes to its end' wait_for 'Tab completes'
check 'and the plot is back' wait_for 'loss  log'
keys 'where' Enter
wait_for '^step 0: nothing has run yet'
check 'a short answer leaves the plot' shows 'loss  log'
keys 'list' Enter
check 'an answer that fits is shown whole' wait_for '^ +16  update out'
check 'from its first line' shows '^> list'
keys Enter
check 'Enter on an empty line goes back to the plot' wait_for 'loss  log'
check 'and to the end of the log' shows '^ +16  update out'
keys 'run' Enter
check 'it trains' wait_for 'running'
before=$(number step)
check 'the step counts on' until_true "$deadline" beyond "${before:-0}"

# How long a key takes to be seen, tmux and the looking included; and how many frames a second differ.
slowest=0
for key in p r i n t; do
    typed=${typed:-}$key
    then=${EPOCHREALTIME/./}
    keys "$key"
    wait_for "^dnntui> $typed\$" || break
    took=$(((${EPOCHREALTIME/./} - then) / 1000))
    [ "$took" -gt "$slowest" ] && slowest=$took
done
check 'keys are seen while it trains' shows '^dnntui> print$'
frames=$(
    end=$((${EPOCHREALTIME/./} + 1000000)); while [ "${EPOCHREALTIME/./}" -lt "$end" ]; do number step; done | sort -u | wc -l)
echo "  slowest key seen after $slowest ms; $frames different frames in a second"
check 'the screen moves' [ "$frames" -ge 3 ]

keys C-c
check 'Ctrl-C stops the run' wait_for 'stopped: interrupted'
check 'the line that was being typed is still there' shows '^dnntui> print$'
check 'it does not run any more' wait_gone 'running'
keys C-c
check 'Ctrl-C at rest clears the line' wait_for '^dnntui>$'
keys C-c C-c C-c 'print step' Enter
check 'the program goes on' wait_for '^> print step'
keys 'run' Enter
wait_for 'running'
keys 'lr 0.01' Enter
check 'an edit takes hold while it runs' wait_for 'lr 0.01'
keys F6
check 'a key that is bound to a line carries it out' wait_for '^> stop'
wait_gone 'running'
keys "try 'lr 0.1' -- 1000000" Enter
check 'a command that takes long says so' wait_for 'working, Ctrl-C gives up'
keys C-c
check 'Ctrl-C ends it' wait_for '^try: interrupted'
check 'and it is said no more' wait_gone 'working'
keys C-d
check 'Ctrl-D on an empty line leaves' wait_for 'sh> *$'
check 'one line says where it stood' shows '^dnntui: left at step [0-9,]+'
finish
