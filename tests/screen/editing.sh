#!/usr/bin/env bash
# The line editor: completion, history and its search, long lines, wide characters, pastes.
. "$(dirname "$0")/lib.sh"

start 80 24
keys 'optimi' Tab
check 'Tab completes a command' wait_for '^dnntui> optimizer$'
keys 's' Tab
check 'Tab completes an argument' wait_for '^dnntui> optimizer sgd'
keys C-u 'print fc' Tab
check 'Tab lists several' wait_for 'fc1\.bias'
keys C-u
touch "$work/home/some-script.dnn"
keys 'source some-s' Tab
check 'Tab completes the name of a file' wait_for '^dnntui> source some-script.dnn'
keys C-u

keys 'print 1+1' Enter
wait_for '^2$'
keys 'print 2+3' Enter
wait_for '^5$'
keys Up Up
check 'Up goes back in the history' wait_for '^dnntui> print 1\+1$'
keys C-c C-r '2+3'
check 'Ctrl-R searches' wait_for "reverse-i-search.*2\+3.: print 2\+3"
keys C-c
check 'Ctrl-C leaves the search' wait_for '^dnntui>$'
keys C-r '1+1' Escape
check 'Escape keeps what was found' wait_for '^dnntui> print 1\+1$'
keys C-e C-u

keys C-r '1+1' C-x C-a
keys C-c 'print 7+0' Enter
check 'a key that begins longer ones ends a search' wait_for '^7$'

keys 'größe 漢字 x' Left Left
check 'wide characters stand where they should' wait_for '^dnntui> größe 漢字 x$'
cursor() { [ "$(mux display-message -p -t test '#{cursor_x}')" = "$1" ]; }
check 'the cursor stands behind them' until_true "$deadline" cursor 18
keys BSpace BSpace
check 'a character is deleted as one' wait_for '^dnntui> größe  x$|^dnntui> größe 漢 x$'
keys C-e C-u
long=$(printf 'a%.0s' {1..100})b
keys "$long"
check 'a long line takes several rows' wait_for '^a+b$'
keys C-a
check 'its beginning can be reached' until_true "$deadline" cursor 8
keys C-k
check 'and the rows are given back' wait_for '^dnntui>$'

printf 'print 40+2\nepoch 1\nprint 50+5\nprint 6' > "$work/paste"
mux load-buffer "$work/paste"
mux paste-buffer -p -t test
check 'the lines of a paste are carried out' wait_for '^42$'
check 'in order, each after the run before it' wait_for '^55$'
check 'the unfinished last one waits to be edited' wait_for '^dnntui> print 6$'
keys '6' Enter
check 'and is carried out when entered' wait_for '^66$'
keys C-l
check 'Ctrl-L draws all again' wait_for '^66$'
keys PPage
check 'PageUp scrolls the log' wait_for 'more: PageDown'
keys NPage
check 'PageDown scrolls back' wait_gone 'more: PageDown'
keys 'quit' Enter
check 'quit leaves' wait_for 'sh> *$'
check 'the history is kept, for its owner alone' [ "$(stat -c %a "$work/home/.local/state/dnntui/history")" = 600 ]
keys 'dnntui' Enter
wait_for '^dnntui> *$'
keys Up Up
check 'the next session has it' wait_for '^dnntui> print 66$'
keys C-u C-d
finish
