#!/usr/bin/env bash
# A picture as a pane: it stands beside the plot, changes while training goes on, survives every size, and goes.
. "$(dirname "$0")/lib.sh"

start 120 35 --seed 1 digits
keys 'shape 1x8x8' Enter 'net conv 4 3x3, relu, dense 16, relu' Enter 'image relu1.out' Enter
check 'before any step it says what is missing' wait_for 'relu1.out.*step'
keys 'image sample 3' Enter
check 'a sample is shown with its class and its true range' wait_for 'sample 3: 3  8 x 8  min 0  max 15'
check 'in half blocks' shows '▀▀▀▀▀▀▀▀'
keys 'step 1' Enter
wait_for '^step 1 '
keys 'image relu1.out' Enter
check 'so is what a layer puts out, a tile a channel' wait_for 'relu1.out  8 x 8 x 4  min 0'
check 'the plot stands beside it' shows '^loss.*relu1.out'
picture() { screen | grep -o 'relu1.out .*'; }
still=$(picture)
keys 'run' Enter
wait_for running
check 'it changes while training goes on' until_true "$deadline" eval '[ "$(picture)" != "$still" ]'
keys C-c
size 20 5
check 'a tiny screen has no room for it' wait_gone 'relu1.out  8'
size 200 50
check 'on a wide one it stands below the layers' wait_for 'relu1.out  8 x 8 x 4'
check 'and the layers are there' shows 'conv1 +conv 4 3x3'
size 80 24
keys 'image conv9.weight' Enter
check 'a name that does not exist is refused' wait_for "no tensor 'conv9.weight'"
check 'and the picture stays' wait_for 'relu1.out  8 x 8 x 4'
keys 'image off' Enter
check 'it goes' wait_gone 'relu1.out  8'
keys C-d
check 'Ctrl-D leaves' wait_for 'sh> *$'
finish
