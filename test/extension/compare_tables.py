"""Compares tables row by row with Python's own SQLite: storage class and exact value of every column, order left out.

Standard input: {"legacy": folder, "targets": folder, "pairs": [[legacy file, table, target file, table], ...]}.
Standard output: one object per pair, {"pair": [...], "rows": rows in the legacy table, "missing": n, "surplus": n}.
The columns compared are the legacy table's; a column that the target adds is not looked at.
"""

import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def columns(connection, table):
    return [row[1] for row in connection.execute(f"PRAGMA table_info({quoted(table)})")]


def rows(connection, table, names):
    expressions = ", ".join(f"typeof({quoted(n)}), hex(CAST({quoted(n)} AS BLOB)), quote({quoted(n)})" for n in names)
    return Counter(connection.execute(f"SELECT {expressions} FROM {quoted(table)}"))


def main():
    task = json.load(sys.stdin)
    result = []
    for legacy, table, target, name in task["pairs"]:
        with sqlite3.connect(Path(task["legacy"]) / legacy) as before, sqlite3.connect(Path(task["targets"]) / target) as after:
            before.text_factory = after.text_factory = bytes
            names = [n for n in columns(before, table)]
            names = [n.decode() if isinstance(n, bytes) else n for n in names]
            old, new = rows(before, table, names), rows(after, name, names)
        result.append(
            {
                "pair": [legacy, table, target, name],
                "rows": sum(old.values()),
                "missing": sum((old - new).values()),
                "surplus": sum((new - old).values()),
            }
        )
    json.dump(result, sys.stdout)


main()
