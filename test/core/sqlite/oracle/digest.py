"""The row digest of docs/digest.md, written a second time from its text: the oracle of the file layer's digest."""
import sqlite3
import struct

MASK = 0xFFFFFFFF
KEY = (0x6C71733A, 0x6E6F632D, 0x696C6F73, 0x65746164)


def times_two(k):
    a, b, c, d = k
    return (
        ((a << 1) & MASK) ^ (0x87 if d >> 31 else 0),
        ((b << 1) & MASK) | (a >> 31),
        ((c << 1) & MASK) | (b >> 31),
        ((d << 1) & MASK) | (c >> 31),
    )


FULL = times_two(KEY)
PADDED = times_two(FULL)


def permute(a, b, c, d):
    for _ in range(8):
        a = (a + b) & MASK
        b = (((b << 5) & MASK) | (b >> 27)) ^ a
        a = ((a << 16) & MASK) | (a >> 16)
        c = (c + d) & MASK
        d = (((d << 8) & MASK) | (d >> 24)) ^ c
        a = (a + d) & MASK
        d = (((d << 13) & MASK) | (d >> 19)) ^ a
        c = (c + b) & MASK
        b = (((b << 7) & MASK) | (b >> 25)) ^ c
        c = ((c << 16) & MASK) | (c >> 16)
    return a, b, c, d


def words_of(value):
    """A typed value as native sqlite3 reads it; text as the bytes of its UTF-8 (class Text)."""
    if value is None or value != value:
        return [0]
    if isinstance(value, int):
        low = value & MASK
        if -(1 << 31) <= value < (1 << 31):
            return [low, 1]
        return [low, (value >> 32) & MASK, 2]
    if isinstance(value, float):
        low, high = struct.unpack("<II", struct.pack("<d", 0.0 if value == 0 else value))
        return [low, high, 3]
    kind = 4 if isinstance(value, Text) else 5
    padded = bytes(value) + b"\0" * (-len(value) % 4)
    return list(struct.unpack("<%dI" % (len(padded) // 4), padded)) + [len(value), kind]


class Text(bytes):
    pass


def row_hash(values):
    words = [word for value in values for word in words_of(value)]
    last = FULL
    if len(words) % 4 or not words:
        words += [1]
        words += [0] * (-len(words) % 4)
        last = PADDED
    state = KEY
    for at in range(0, len(words), 4):
        block = words[at : at + 4]
        if at + 4 == len(words):
            block = [x ^ y for x, y in zip(block, last)]
        state = permute(*(x ^ y for x, y in zip(state, block)))
    a, b, c, d = (x ^ y for x, y in zip(state, last))
    return a | b << 32 | c << 64 | d << 96


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def stored_columns(db, table):
    """Names of the columns that are stored: all but virtual generated ones."""
    return [row[1] for row in db.execute("PRAGMA table_xinfo(%s)" % quote(table)) if row[6] != 2]


def digest_table(db, table):
    """(rows, digest) of a table over its stored columns."""
    db.text_factory = Text
    try:
        columns = [quote(name.decode()) for name in stored_columns(db, table)]
        total = rows = 0
        for values in db.execute("SELECT %s FROM %s" % (", ".join(columns), quote(table))):
            total += row_hash(values)
            rows += 1
        return rows, "%032x" % (total % (1 << 128))
    finally:
        db.text_factory = str


def digest_database(db):
    """Name to [rows, digest] for every table that is neither virtual nor SQLite's own; None when it cannot be read."""
    names = [
        row[0]
        for row in db.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    ]
    result = {}
    for name in names:
        try:
            result[name] = digest_table(db, name)
        except sqlite3.DatabaseError:
            result[name] = None
    return result
