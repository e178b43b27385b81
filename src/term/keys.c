/*
 * keys.c: cuts bytes from a terminal into whole keys before the line editor sees them.
 *
 * A line editor that is given half a character or half a sequence waits for the rest, and the screen with it. So halves
 * are held here, where nobody waits: the editor gets whole units only. The grammar is that of ECMA-48: CSI is ESC [,
 * parameters and intermediates 0x20..0x3F, a final byte 0x40..0x7E; SS3 is ESC O and one byte. The Linux console's
 * ESC [ [ A is the one exception.
 */
#include "term/keys.h"

#include <stdio.h>
#include <string.h>

enum { ESC = 27, PASTE_MAX = 1 << 20 };
static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";

void keys_reset(struct keys *keys)
{
    keys->holding = 0;
    keys->skipping = keys->pasting = false;
    text_free(&keys->paste);
}

static enum keys_unit whole(struct keys *keys, enum keys_unit kind)
{
    memcpy(keys->unit, keys->held, (size_t)keys->holding);
    keys->n = keys->holding;
    keys->unit[keys->n] = '\0';
    keys->holding = 0;
    return kind;
}

/* Bytes of the character that BYTE begins; 0: it begins none. */
static int character_length(const struct keys *keys, unsigned char byte)
{
    if (byte < 0x80 || !keys->utf8)
        return 1;
    return byte < 0xC2 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 0;
}

/* A character, after FIRST bytes of prefix: KEYS_TEXT once it is whole. */
static enum keys_unit take_character(struct keys *keys, int first, char byte)
{
    if (keys->holding > first + 1 && ((unsigned char)byte & 0xC0) != 0x80) {
        keys->holding = 0; /* the rest never came: what came instead begins anew */
        return keys_take(keys, byte);
    }
    int length = character_length(keys, (unsigned char)keys->held[first]);
    if (length == 0) {
        keys->holding = 0;
        return KEYS_NONE;
    }
    return keys->holding == first + length ? whole(keys, KEYS_TEXT) : KEYS_NONE;
}

static enum keys_unit take_sequence(struct keys *keys, char byte)
{
    unsigned char b = (unsigned char)byte;
    if (b < 0x20 || b > 0x7E) { /* no part of a sequence: it was broken off */
        keys->holding = 0;
        return keys_take(keys, byte);
    }
    bool console_prefix = keys->holding == 3 && byte == '[';
    if (b < 0x40 || console_prefix || keys->holding == 2)
        return KEYS_NONE;
    enum keys_unit kind = whole(keys, KEYS_SEQUENCE);
    if (strcmp(keys->unit, paste_begin) == 0) {
        keys->pasting = true;
        text_clear(&keys->paste);
        return KEYS_NONE;
    }
    return strcmp(keys->unit, paste_end) == 0 ? KEYS_NONE : kind;
}

static enum keys_unit take_pasted(struct keys *keys, char byte)
{
    size_t end = sizeof paste_end - 1;
    text_add_bytes(&keys->paste, &byte, 1);
    if (keys->paste.length >= end &&
        memcmp(keys->paste.data + keys->paste.length - end, paste_end, end) == 0) {
        keys->paste.length -= end;
        keys->paste.data[keys->paste.length] = '\0';
        keys->pasting = false;
        return KEYS_PASTE;
    }
    if (keys->paste.length >= PASTE_MAX)
        keys_reset(keys);
    return KEYS_NONE;
}

enum keys_unit keys_take(struct keys *keys, char byte)
{
    if (keys->pasting)
        return take_pasted(keys, byte);
    if (keys->skipping) {
        unsigned char b = (unsigned char)byte;
        keys->skipping = b >= 0x20 && b < 0x40;
        return KEYS_NONE;
    }
    keys->held[keys->holding++] = byte;
    if (keys->holding == KEYS_HELD) {
        keys->holding = 0;
        keys->skipping = true;
        return KEYS_NONE;
    }
    if (keys->held[0] != ESC)
        return take_character(keys, 0, byte);
    if (keys->holding == 1)
        return KEYS_NONE;
    if (keys->held[1] == '[')
        return take_sequence(keys, byte);
    if (keys->held[1] == 'O')
        return keys->holding == 3 ? whole(keys, KEYS_SEQUENCE) : KEYS_NONE;
    if (keys->held[1] == ESC) {
        keys->holding = 1; /* of several ESC the last counts */
        return KEYS_NONE;
    }
    return take_character(keys, 1, byte);
}

bool keys_escape_held(const struct keys *keys)
{
    return !keys->pasting && keys->holding == 1 && keys->held[0] == ESC;
}

enum keys_unit keys_flush(struct keys *keys)
{
    return keys_escape_held(keys) ? whole(keys, KEYS_TEXT) : KEYS_NONE;
}

/* xterm, VT220, rxvt, the Linux console, tmux and screen; all agree with themselves. */
static const struct {
    const char *sequence, *name;
} sequences[] = {
    {"\033OP", "F1"},      {"\033[11~", "F1"},   {"\033[[A", "F1"},      {"\033OQ", "F2"},        {"\033[12~", "F2"},
    {"\033[[B", "F2"},     {"\033OR", "F3"},     {"\033[13~", "F3"},     {"\033[[C", "F3"},       {"\033OS", "F4"},
    {"\033[14~", "F4"},    {"\033[[D", "F4"},    {"\033[15~", "F5"},     {"\033[[E", "F5"},       {"\033[17~", "F6"},
    {"\033[18~", "F7"},    {"\033[19~", "F8"},   {"\033[20~", "F9"},     {"\033[21~", "F10"},     {"\033[23~", "F11"},
    {"\033[24~", "F12"},   {"\033[5~", "PageUp"}, {"\033[6~", "PageDown"}, {"\033[2~", "Insert"},
    {"\033[F", "End"},     {"\033OF", "End"},     {"\033[4~", "End"},
};

const char *keys_name(const char *unit, char name[16])
{
    unsigned char first = (unsigned char)unit[0], second = first ? (unsigned char)unit[1] : 0;
    if (first && first < 0x20 && first != ESC && !second) {
        snprintf(name, 16, "Ctrl-%c", first + 0x40);
        return name;
    }
    if (first == ESC && second > 0x20 && second < 0x7F && !unit[2]) {
        snprintf(name, 16, "Alt-%c", second);
        return name;
    }
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (strcmp(unit, sequences[i].sequence) == 0)
            return sequences[i].name;
    return NULL;
}
