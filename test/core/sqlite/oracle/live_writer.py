"""Commits to a database until it is killed: a state is right if and only if every account sums up to 0.

    live_writer.py PATH MODE PER_SECOND

Each transaction moves an amount between many accounts (several pages, with a spill in the midst) and writes its number
into `last`; prints a line once it runs.
"""
import random
import sqlite3
import sys
import time

path, mode, per_second = sys.argv[1], sys.argv[2], float(sys.argv[3])
db = sqlite3.connect(path, isolation_level=None, timeout=30)
db.execute("PRAGMA journal_mode = %s" % mode)
db.execute("PRAGMA synchronous = OFF")
db.execute("PRAGMA cache_size = 4")
db.execute("PRAGMA wal_autocheckpoint = 50")
db.execute("CREATE TABLE IF NOT EXISTS accounts(id INTEGER PRIMARY KEY, amount INTEGER, filler TEXT)")
db.execute("CREATE TABLE IF NOT EXISTS last(number INTEGER)")
if not db.execute("SELECT count(*) FROM accounts").fetchone()[0]:
    db.execute("BEGIN")
    db.executemany("INSERT INTO accounts(amount, filler) VALUES (0, ?)", (("x" * 300,) for _ in range(300)))
    db.execute("INSERT INTO last VALUES (0)")
    db.execute("COMMIT")
print("{}", flush=True)
rng = random.Random(7)
number = 0
while True:
    started = time.monotonic()
    number += 1
    db.execute("BEGIN IMMEDIATE")
    for account in rng.sample(range(1, 301), 8):
        db.execute("UPDATE accounts SET amount = amount + 5 WHERE id = ?", (account,))
    for account in rng.sample(range(1, 301), 8):
        db.execute("UPDATE accounts SET amount = amount - 5 WHERE id = ?", (account,))
    db.execute("UPDATE last SET number = ?", (number,))
    db.execute("COMMIT")
    rest = 1 / per_second - (time.monotonic() - started)
    if rest > 0:
        time.sleep(rest)
