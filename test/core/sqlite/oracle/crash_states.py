"""Makes crash states: databases as a killed or copied writer left them, and what native recovery makes of each.

    crash_states.py SEED FIRST COUNT DIRECTORY

Each state is DIRECTORY/<n>/; one JSON line per state on stdout: the state's database, the kind, SHA-256 of the file after
native recovery of a copy (journal played back or WAL checkpointed), its integrity_check, and each table's digest.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from digest import digest_database

PARTS = ("", "-wal", "-journal")
MODES = ("wal", "delete", "truncate", "persist")


def connect(path):
    db = sqlite3.connect(path, isolation_level=None, timeout=5)
    db.execute("PRAGMA foreign_keys = OFF")
    return db


def create(path, rng, mode, page_size):
    db = connect(path)
    db.execute("PRAGMA page_size = %d" % page_size)
    db.execute("PRAGMA auto_vacuum = %d" % rng.choice((0, 0, 1, 2)))
    db.execute("PRAGMA encoding = '%s'" % rng.choice(("UTF-8", "UTF-8", "UTF-16le", "UTF-16be")))
    db.execute("PRAGMA journal_mode = %s" % mode)
    # Spills as soon as a few pages are dirty.
    db.execute("PRAGMA cache_size = %d" % rng.choice((2, 5, 10, 40)))
    db.execute("PRAGMA cache_spill = %d" % rng.choice((1, 2, 5)))
    db.execute("PRAGMA synchronous = %s" % rng.choice(("OFF", "NORMAL", "FULL", "EXTRA")))
    db.execute("PRAGMA wal_autocheckpoint = %d" % rng.choice((0, 3, 10, 100)))
    db.execute("CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT, n)")
    db.execute("CREATE TABLE w(k TEXT, v REAL, b BLOB, PRIMARY KEY (k, v)) WITHOUT ROWID")
    db.execute("CREATE INDEX ai ON a(t, n)")
    return db


def change(db, rng, count):
    for _ in range(count):
        kind = rng.random()
        if kind < 0.45:
            text = "".join(rng.choice("abcdeé漢") for _ in range(rng.choice((3, 20, 400))))
            db.execute("INSERT INTO a(t, n) VALUES (?, ?)", (text, rng.choice((1, 2.5, None, -(1 << 40), b"xyz"))))
        elif kind < 0.6:
            key = "%x" % rng.getrandbits(32)
            db.execute("INSERT OR IGNORE INTO w VALUES (?, ?, ?)", (key, rng.randrange(9), rng.randbytes(rng.choice((5, 900)))))
        elif kind < 0.75:
            db.execute("UPDATE a SET n = ? WHERE id %% %d = 0" % rng.choice((3, 7, 31)), (rng.random(),))
        elif kind < 0.85:
            db.execute("DELETE FROM a WHERE id %% %d = 1" % rng.choice((5, 11)))
        elif kind < 0.9:
            db.execute("DELETE FROM w WHERE k < ?", ("%x" % rng.getrandbits(28),))
        elif kind < 0.95:
            db.execute("CREATE TABLE t%d(x, y DEFAULT 7)" % rng.getrandbits(40))
        else:
            db.execute("INSERT INTO a(t, n) SELECT t || 'x', n FROM a LIMIT 30")


def transactions(db, rng, count):
    for _ in range(count):
        db.execute("BEGIN")
        change(db, rng, rng.randrange(1, 25))
        db.execute("ROLLBACK" if rng.random() < 0.1 else "COMMIT")
        if rng.random() < 0.05 and not db.in_transaction:
            db.execute("VACUUM")
        if rng.random() < 0.1:
            db.execute("PRAGMA incremental_vacuum(3)").fetchall()
        if rng.random() < 0.1:
            db.execute("PRAGMA wal_checkpoint(%s)" % rng.choice(("PASSIVE", "FULL", "RESTART"))).fetchall()


def copy(path, state):
    for part in PARTS:
        if os.path.exists(path + part):
            shutil.copyfile(path + part, state + part)


def copied(path, state, rng, mode, page_size):
    """Copied while a transaction is open, its dirty pages spilled."""
    db = create(path, rng, mode, page_size)
    transactions(db, rng, rng.randrange(0, 6))
    reader = None
    if mode == "wal" and rng.random() < 0.3:
        # A reader that holds back checkpoints.
        reader = connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM a").fetchall()
        transactions(db, rng, rng.randrange(0, 4))
    db.execute("BEGIN")
    change(db, rng, rng.randrange(0, 60))
    if rng.random() < 0.2:
        db.execute("SAVEPOINT s")
        change(db, rng, 5)
        db.execute("ROLLBACK TO s")
    copy(path, state)
    db.execute("ROLLBACK")
    db.close()
    if reader:
        reader.close()


def killed(path, state, rng, mode, page_size, attached=False):
    """The writer is a process of its own, stopped by SIGKILL wherever it is."""
    db = create(path, rng, mode, page_size)
    db.close()
    other = path + ".other"
    if attached:
        create(other, rng, mode, page_size).close()
    delay = rng.uniform(0.0005, 0.03)
    seed = rng.getrandbits(32)
    child = os.fork()
    if child == 0:
        try:
            rng = random.Random(seed)
            db = connect(path)
            db.execute("PRAGMA cache_size = 3")
            db.execute("PRAGMA cache_spill = 1")
            if attached:
                db.execute("ATTACH ? AS other", (other,))
            while True:
                db.execute("BEGIN")
                change(db, rng, rng.randrange(1, 12))
                if attached:
                    db.execute("INSERT INTO other.a(t) VALUES (hex(randomblob(300)))")
                db.execute("COMMIT")
        finally:
            os._exit(1)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    copy(path, state)
    if attached:
        # The journal names its super-journal by its full path, so the state keeps standing where it was.
        for name in os.listdir(os.path.dirname(path)):
            if "-mj" in name:
                shutil.copyfile(os.path.join(os.path.dirname(path), name), os.path.join(os.path.dirname(state), name))


def super_journal(path, state, rng, page_size):
    """A hot journal that names a super-journal, which still exists or does not."""
    copied(path, state, rng, rng.choice(MODES[1:]), page_size)
    if not os.path.exists(state + "-journal"):
        return
    name = (state + "-mj%08X" % rng.getrandbits(32)).encode()
    if rng.random() < 0.5:
        with open(name, "wb") as file:
            file.write((state + "-journal").encode() + b"\0")
    total = sum(byte - 256 if byte > 127 else byte for byte in name) & 0xFFFFFFFF
    if rng.random() < 0.1:
        total ^= 1
    with open(state + "-journal", "ab") as file:
        file.write(struct.pack(">I", 0x40000000 // page_size + 1))
        file.write(name + struct.pack(">II", len(name), total) + bytes.fromhex("d9d505f920a163d7"))


def tear(state, rng):
    """What a power cut or a bad copy leaves: a sidecar that is cut off, or has a wrong byte."""
    for part in ("-wal", "-journal"):
        if not os.path.exists(state + part) or os.path.getsize(state + part) == 0:
            continue
        size = os.path.getsize(state + part)
        with open(state + part, "r+b") as file:
            kind = rng.random()
            if kind < 0.4:
                file.truncate(rng.randrange(size))
            elif kind < 0.9:
                at = rng.randrange(size) if rng.random() < 0.8 else rng.randrange(min(size, 64))
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ (1 << rng.randrange(8))]))
            else:
                file.seek(size)
                file.write(rng.randbytes(rng.randrange(1, 3000)))


def recover(state, directory):
    """Native recovery of a copy: the file afterwards, and what is in it."""
    copied_to = os.path.join(directory, "native.db")
    copy(state, copied_to)
    for name in os.listdir(os.path.dirname(state)):
        if "-mj" in name:
            shutil.copyfile(os.path.join(os.path.dirname(state), name), os.path.join(directory, name))
    result = {}
    pages = 0
    db = connect(copied_to)
    try:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        result["integrity"] = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        result["tables"] = digest_database(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        pages = db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
    except sqlite3.DatabaseError as error:
        result["error"] = str(error)
    finally:
        db.close()
    with open(copied_to, "rb") as file:
        content = file.read()
    if "error" not in result:
        # A transaction whose journal does not count leaves pages behind the end that the header names.
        content = content[:pages]
    result["bytes"] = len(content)
    result["sha256"] = hashlib.sha256(content).hexdigest()
    return result


def main(seed, first, count, directory):
    for number in range(first, first + count):
        rng = random.Random("%s/%d" % (seed, number))
        place = os.path.join(directory, str(number))
        work = os.path.join(place, "work")
        native = os.path.join(place, "native")
        os.makedirs(work)
        os.makedirs(native)
        state = os.path.join(place, "state.db")
        path = os.path.join(work, "live.db")
        mode = MODES[number % 4]
        page_size = rng.choice((512, 1024, 4096, 8192, 65536))
        kind = rng.choice(("copied", "copied", "copied", "killed", "killed", "attached", "super"))
        if kind == "copied":
            copied(path, state, rng, mode, page_size)
        elif kind == "super":
            super_journal(path, state, rng, page_size)
        else:
            killed(path, state, rng, mode, page_size, kind == "attached")
        torn = rng.random() < 0.35
        if torn:
            tear(state, rng)
        sidecars = {part: os.path.getsize(state + part) for part in PARTS if os.path.exists(state + part)}
        result = recover(state, native)
        result.update(number=number, state=state, kind=kind, mode=mode, torn=torn, pageSize=page_size, sidecars=sidecars)
        shutil.rmtree(work)
        shutil.rmtree(native)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
