"""The oracle for a migration: compares, with native SQLite, every legacy row of the backup with the targets' rows.

Run in a workspace with the name of a run. Opens copies only. Prints one JSON document: how many rows were compared, and
every difference. Values count with their types: 1, 1.0 and '1' differ; text is compared as its bytes.
"""

import collections
import json
import os
import shutil
import sqlite3
import sys
import tempfile

RUN = sys.argv[1]
DIRECTORY = os.path.join(".sqlite-consolidator", "runs", RUN)
differences = []
compared = 0


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def typed(value):
    if value is None:
        return ("null",)
    if isinstance(value, float):
        return ("real", value.hex())
    if isinstance(value, int):
        return ("integer", value)
    return value


def rows(connection, sql, parameters=(), shifts=()):
    result = collections.Counter()
    for row in connection.execute(sql, parameters):
        values = []
        for index, value in enumerate(row):
            if isinstance(value, int) and index < len(shifts):
                value += shifts[index]
            values.append(typed(value))
        result[tuple(values)] += 1
    return result


def text(value):
    return ("text", value)


def open_copy(scratch, file, sidecars=("-wal", "-journal")):
    copy = os.path.join(scratch, "%d.db" % len(os.listdir(scratch)))
    shutil.copy(file, copy)
    for suffix in sidecars:
        if os.path.exists(file + suffix):
            shutil.copy(file + suffix, copy + suffix)
    connection = sqlite3.connect(copy)
    connection.text_factory = text
    return connection


def expected_columns(source):
    return [c for c in source["columns"] if c["kind"] == "column"]


def offset_of(offsets, target, table, source):
    names = [target["name"], table["name"], source["database"], source["table"]]
    return int(offsets.get(json.dumps(names, separators=(",", ":"), ensure_ascii=False), "0"))


def shift_of(run, target, table, source, column):
    """What renumbering adds: to the key itself, and to a reference to a renumbered key of the same legacy database."""
    offsets = run["offsets"]
    if column == (table.get("primaryKey") or [None])[0] and offset_of(offsets, target, table, source):
        return offset_of(offsets, target, table, source)
    for key in table.get("foreignKeys") or []:
        for parent in target["tables"]:
            if parent["name"].lower() != key["table"].lower() or column not in key["columns"]:
                continue
            if key["references"][key["columns"].index(column)].lower() != (parent.get("primaryKey") or [""])[0].lower():
                continue
            for origin in parent["sources"]:
                if origin["database"] == source["database"]:
                    return offset_of(offsets, target, parent, origin)
    return 0


def compare(run, target, table, source, legacy, connection):
    global compared
    columns = expected_columns(source)
    constants = [c for c in source["columns"] if c["kind"] == "constant"]
    shifts = [shift_of(run, target, table, source, c["target"]) for c in columns]
    where = " WHERE (%s)" % source["where"] if source.get("where") else ""
    names = ", ".join(quote(c["source"]) for c in columns) or "1"
    wanted = rows(legacy, "SELECT %s FROM %s%s" % (names, quote(source["table"]), where), (), shifts)
    condition = " AND ".join("%s IS ?" % quote(c["target"]) for c in constants)
    names = ", ".join(quote(c["target"]) for c in columns) or "1"
    sql = "SELECT %s FROM %s%s" % (names, quote(table["name"]), " WHERE " + condition if constants else "")
    found = rows(connection, sql, [c["value"] for c in constants])
    compared += sum(wanted.values())
    alone = len(table["sources"]) == 1 or constants
    missing = wanted - found
    added = found - wanted if alone and not target.get("defaults") else collections.Counter()
    if missing or added:
        differences.append(
            {
                "table": "%s.%s" % (target["name"], table["name"]),
                "source": "%s %s" % (source["database"], source["table"]),
                "missing": [repr(row) for row in list(missing)[:3]],
                "added": [repr(row) for row in list(added)[:3]],
            }
        )


def main():
    with open(os.path.join(DIRECTORY, "input.json")) as file:
        run = json.load(file)
    with open(os.path.join(DIRECTORY, "manifest.json")) as file:
        manifest = json.load(file)
    copies = {d["path"]: f["copy"] for d in manifest["databases"] for f in d["files"] if f["path"] == d["path"]}
    with tempfile.TemporaryDirectory() as scratch:
        legacy = {}
        for target in run["resolved"]["targets"]:
            connection = open_copy(scratch, target["path"])
            for problem in connection.execute("PRAGMA integrity_check"):
                if problem != (text(b"ok"),):
                    differences.append({"target": target["name"], "integrity_check": repr(problem)})
            for table in target["tables"]:
                for source in table["sources"]:
                    if source["database"] not in copies or isinstance(source["keys"], dict):
                        continue
                    if source["database"] not in legacy:
                        legacy[source["database"]] = open_copy(scratch, copies[source["database"]])
                    if table["kind"] == "virtual":
                        connection.execute("INSERT INTO %s(%s) VALUES('integrity-check')" % (quote(table["name"]), quote(table["name"])))
                    compare(run, target, table, source, legacy[source["database"]], connection)
            connection.close()
        for connection in legacy.values():
            connection.close()
    print(json.dumps({"compared": compared, "differences": differences}))


main()
