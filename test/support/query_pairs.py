"""Runs pairs of queries by native SQLite: one against the legacy databases, one against the targets.

Standard input: {"legacy": DIRECTORY, "targets": DIRECTORY, "pairs": [{"attach": {alias: file} (legacy), "each": {"files": glob,
"into": temporary table, "sql": what each file gives, "?" its stem}, "sql": legacy query, "unified": {alias: file}, "unifiedSql": query}]}.
Opens copies of the legacy files, which opening would change. Prints for each pair the rows of both, values with their types.
"""

import glob
import json
import os
import shutil
import sqlite3
import sys
import tempfile


def typed(value):
    if value is None:
        return "null"
    if isinstance(value, float):
        return "real %.12g" % value  # sums of the same numbers in another order
    return "%s %r" % (type(value).__name__, value)


def attached(directory, files):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for alias, file in files.items():
        connection.execute("ATTACH ? AS " + alias, (os.path.join(directory, file),))
    return connection


def gather(connection, directory, each):
    for file in sorted(glob.glob(os.path.join(directory, each["files"]))):
        connection.execute("ATTACH ? AS one", (file,))
        stem = os.path.splitext(os.path.basename(file))[0]
        connection.execute("INSERT INTO temp.%s %s" % (each["into"], each["sql"]), (stem,))
        connection.execute("DETACH one")


request = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as scratch:
    legacy = os.path.join(scratch, "legacy")
    shutil.copytree(request["legacy"], legacy)
    answers = []
    for pair in request["pairs"]:
        old = attached(legacy, pair.get("attach", {}))
        if "each" in pair:
            old.execute(pair["each"]["create"])
            gather(old, legacy, pair["each"])
        new = attached(request["targets"], pair["unified"])
        both = [[[typed(value) for value in row] for row in connection.execute(sql)] for connection, sql in ((old, pair["sql"]), (new, pair["unifiedSql"]))]
        answers.append({"legacy": both[0], "unified": both[1]})
    print(json.dumps(answers))
