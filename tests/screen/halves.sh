#!/usr/bin/env bash
# Half a character, half a key and half a paste freeze nothing.
. "$(dirname "$0")/lib.sh"

moves() { local before; before=$(number step); until_true "$deadline" beyond "${before:-0}"; }

start 80 24
keys 'run' Enter
wait_for 'running'
bytes 6c c3
check 'it trains with half a character there' moves
bytes b6
check 'the character appears when it is whole' wait_for '^dnntui> lö$'
bytes 1b
check 'it trains after a lone ESC' moves
bytes 5b
check 'it trains with half a key there' moves
bytes 44
keys 'x'
check 'the key works when it is whole' wait_for '^dnntui> lxö$'
bytes 1b 5b 3c 30 3b 31
check 'it trains with half a mouse report there' moves
bytes 3b 31 4d
check 'which means nothing when it is whole' shows '^dnntui> lxö$'
bytes 1b 5b 32 30 30 7e 61 62
check 'it trains with half a paste there' moves
bytes 63 1b 5b 32 30 31
check 'and with half of its end' moves
bytes 7e
check 'the paste appears when it is whole' wait_for '^dnntui> lxabcö$'
bytes 12 78 c3
check 'it trains with half a character in a search' moves
keys C-c
check 'Ctrl-C stops the run' wait_for 'stopped: interrupted'
keys C-c 'print 5+4' Enter
check 'and the line can be typed' wait_for '^9$'
bytes ff fe 80 c0 af
keys 'print 5+5' Enter
check 'bytes that are no characters are dropped' wait_for '^10$'
keys C-d
finish
