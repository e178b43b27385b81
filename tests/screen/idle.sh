#!/usr/bin/env bash
# At rest the program sleeps; NO_COLOR and --ascii are heeded.
. "$(dirname "$0")/lib.sh"

start 80 24
keys 'epoch 1' Enter
wait_for 'step 45'
ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
before=$(ticks)
sleep 2 # what is measured is this stretch of time
used=$(($(ticks) - before))
echo "  $used of $((2 * $(getconf CLK_TCK))) ticks used in two seconds at rest"
# A loop that polls instead of sleeping uses all 200.
check 'it uses no time at rest' [ "$used" -le 40 ]
coloured() { mux capture-pane -p -e -t test | grep -qE $'\033\\[[0-9;]*(3[0-7]|38;5)'; }
check 'there are colours' coloured
keys C-d
launch 'NO_COLOR=1 dnntui -c "epoch 1"'
wait_for 'step 45'
colourless() { ! coloured; }
check 'NO_COLOR is heeded' colourless
keys C-d
launch 'dnntui --ascii -c "epoch 1"'
wait_for 'step 45'
plain() { ! screen | LC_ALL=C grep -q '[^ -~]'; }
check '--ascii draws with ASCII' plain
keys C-d
launch 'LANG=C dnntui -c "epoch 1"'
wait_for 'step 45'
check 'so does a locale that has nothing else' plain
keys C-d
finish
