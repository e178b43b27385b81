#!/usr/bin/env bash
# A lesson on the screen: it waits before every step, anything can be typed in between, q leaves it.
. "$(dirname "$0")/lib.sh"

start 80 24
keys 'step 3' Enter
wait_for 'step 3  stopped'
keys 'lesson g2' Enter
check 'a lesson says what it is about' wait_for '^G2: Rectifiers'
check 'and what it is about to do' shows '^next  seed 1'
check 'that Enter does it' shows '^Enter runs this, `q` leaves'
check 'what becomes of the network of now' shows 'those of now, at step 3'
check 'nothing has been done yet' shows 'step 3  stopped'
keys Enter
check 'Enter carries the step out' wait_for '^> net dense 32, sigmoid'
check 'to its end' wait_for 'step 1  stopped'
check 'then it says what is to be seen' wait_for 'a thousandth of what|than a thousandth'
check 'and waits again' wait_for '^next  expect fc1'
keys 'print lr' Enter
check 'anything can be typed meanwhile' wait_for '^0\.001$'
keys 'expect lr > 1' Enter
check 'what fails does not end it' wait_for 'expect: lr > 1 does not hold: 0.001 > 1'
keys Enter
check 'Enter goes on where it was' wait_for '^holds: fc1.grad.norm < fc10.grad.norm / 1000'
check 'with the sentence that comes then' wait_for '^Training does not help'
keys 'run' Enter
wait_for 'running'
keys Enter
check 'not while a run is under way' wait_for 'goes on when this run has ended'
keys C-c
wait_gone 'running'
keys 'lesson next please' Enter
check 'too many words are refused' wait_for "^lesson: "
keys 'lesson' Enter
check 'the list comes' wait_for '^G1  +Adam'
keys NPage NPage
check 'it says what is being played' wait_for 'lesson G2 is being played'
keys 'q' Enter
check 'q leaves it, and not the program' wait_for '^left lesson G2; the network stays'
keys Enter 'print epoch' Enter
check 'an empty line is one again' wait_for '^> print epoch'

# Interrupted in the middle, it waits.
keys 'lesson g2' Enter
wait_for '^next  seed 1'
keys Enter
wait_for '^next  expect fc1'
keys Enter
wait_for '^next  step 300'
keys 'net dense 2000, dense 2000, dense 2000, dense 2000' Enter
wait_for '^> net dense 2000'
keys Enter
wait_for 'running'
keys C-c
check 'Ctrl-C stops the run of a lesson, which waits then' wait_for '^lesson G2 waits: Enter goes on'
keys Enter
check 'and goes on behind it' wait_for '^> expect val.acc < 0.5'
keys C-d
check 'Ctrl-D leaves' wait_for 'sh> *$'

# Where there is no screen, but somebody types, it waits just so.
launch 'TERM=dumb dnntui -n iris'
keys 'lesson g4' Enter
check 'at a plain prompt it waits' wait_for '^next  seed 1'
keys Enter
check 'Enter goes on there' wait_for '^> net out'
check 'and it waits again' wait_for '^next  bias off'
keys 'q' Enter
check 'q leaves it there' wait_for '^left lesson G4'
keys C-d
finish
