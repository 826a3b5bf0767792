"""Makes malformed databases and says what native integrity_check thinks of each.

    malformed.py corpus FILE DIRECTORY STEP        every STEPth database of SQLite's corpus (table db, column dbcontent)
    malformed.py mutations SEED FIRST COUNT DIRECTORY   random mutations of small valid databases

One JSON line per file: path, native ("ok", what is wrong, or the error), seconds native took.
"""
import json
import os
import random
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from random_databases import make


def native(path):
    """First line of integrity_check, on a private copy in memory that no recovery touches."""
    db = sqlite3.connect("file:%s?mode=ro&immutable=1" % path.replace(" ", "%20"), uri=True, isolation_level=None)
    deadline = time.monotonic() + 5
    db.set_progress_handler(lambda: time.monotonic() > deadline, 10000)
    db.text_factory = bytes
    try:
        # With a view or a virtual table first in its hash table, SQLite 3.40 takes the list of roots for the mark of a
        # check of one table only, and leaves out the free list, the pointer map's roots and the page accounting.
        partial = db.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'table') AND rootpage = 0").fetchone()[0]
        return db.execute("PRAGMA integrity_check(1)").fetchone()[0].decode("utf-8", "replace"), partial > 0
    except sqlite3.Error as error:
        return "error: %s" % error, False
    except UnicodeDecodeError:
        # Python cannot even decode the error message.
        return "error: unreadable message", False
    finally:
        db.close()


def report(number, path, **more):
    started = time.monotonic()
    result, partial = native(path)
    print(json.dumps(dict(more, number=number, path=path, native=result, partial=partial, seconds=time.monotonic() - started)), flush=True)


def corpus(file, directory, step):
    db = sqlite3.connect("file:%s?mode=ro" % file, uri=True)
    for number, (content,) in enumerate(db.execute("SELECT dbcontent FROM db ORDER BY rowid")):
        if number % step:
            continue
        path = os.path.join(directory, "corpus %d.db" % number)
        with open(path, "wb") as out:
            out.write(content)
        report(number, path)


def mutate(content, rng, page_size):
    content = bytearray(content)
    kinds = []
    for _ in range(rng.choice((1, 1, 1, 2, 5, 20))):
        kind = rng.randrange(9)
        page = rng.randrange(max(1, len(content) // page_size)) * page_size
        if kind == 0:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            content[rng.randrange(len(content))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            # The page header: type, freeblock, cell count, content start, fragments, right child.
            content[min(len(content) - 1, page + (100 if page == 0 else 0) + rng.randrange(12))] = rng.randrange(256)
        elif kind == 3:
            # A cell pointer.
            content[min(len(content) - 1, page + (100 if page == 0 else 0) + 8 + rng.randrange(40))] = rng.randrange(256)
        elif kind == 4:
            content[rng.randrange(100)] = rng.randrange(256)
        elif kind == 5:
            other = rng.randrange(max(1, len(content) // page_size)) * page_size
            content[page : page + page_size] = content[other : other + page_size]
        elif kind == 6:
            del content[rng.randrange(100, len(content) + 1) :]
        elif kind == 7:
            # A pointer to another page.
            at = page + rng.randrange(0, page_size - 4, 1)
            content[at : at + 4] = rng.randrange(0, len(content) // page_size + 2).to_bytes(4, "big")
        elif kind == 8:
            at = rng.randrange(len(content))
            length = rng.randrange(1, 200)
            content[at : at + length] = rng.randbytes(len(content[at : at + length]))
        if len(content) < 101:
            break
        kinds.append(kind)
    return bytes(content), kinds


def mutations(seed, first, count, directory):
    bases = {}
    for number in range(first, first + count):
        rng = random.Random("%s/mutation/%d" % (seed, number))
        which = number // 50 % 100
        if which not in bases:
            path = os.path.join(directory, "base %d.db" % which)
            attempt = 0
            while not os.path.exists(path) or not 1024 <= os.path.getsize(path) <= 300000:
                if os.path.exists(path):
                    os.remove(path)
                make(path, random.Random("%s/base/%d/%d" % (seed, which, attempt)), 60)
                attempt += 1
            with open(path, "rb") as file:
                bases = {which: file.read()}
            os.remove(path)
        base = bases[which]
        page_size = int.from_bytes(base[16:18], "big")
        content, kinds = mutate(base, rng, 65536 if page_size == 1 else page_size)
        path = os.path.join(directory, "mutation %d.db" % number)
        with open(path, "wb") as file:
            file.write(content)
        report(number, path, kinds=kinds)


if __name__ == "__main__":
    if sys.argv[1] == "corpus":
        corpus(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        mutations(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
