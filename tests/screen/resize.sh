#!/usr/bin/env bash
# Any size, also silly ones, at rest and while it trains.
. "$(dirname "$0")/lib.sh"

start 80 24
keys 'epoch 1' Enter
wait_for 'step 45'
size 20 5
check 'a small screen keeps the prompt' wait_for '^dnntui>$'
keys 'print 3+4' Enter
check 'and answers' wait_for '^ *7$|7'
for places in '1 1' '2 1' '1 9' '9 1' '5 2' '300 3' '3 100'; do
    # shellcheck disable=SC2086
    size $places
done
size 200 50
check 'a large screen has everything' wait_for 'fc1 +dense 64'
keys 'run' Enter
wait_for 'running'
for places in '20 5' '1 1' '80 24' '10 10' '200 50'; do
    # shellcheck disable=SC2086
    size $places
done
before=$(number step)
check 'it still trains' until_true "$deadline" beyond "${before:-0}"
keys C-c
check 'it still stops' wait_for 'stopped: interrupted'
size 80 24
keys 'print 30+3' Enter
check 'it still answers' wait_for '^33$'
keys C-d
finish
