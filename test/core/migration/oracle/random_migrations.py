"""Random legacy databases with random plans, and what native SQLite says the targets must hold.

`make DIRECTORY FIRST COUNT` writes one workspace for each seed: databases, consolidation.jsonc and case.json, which says
in the terms of this file what was asked for. `check DIRECTORY FIRST COUNT` compares the targets: the rows of every source
are read with native SQLite, mapped, and inserted row by row into a table of the target's DDL; then both tables are
compared value by value, types included. Prints one JSON line for each seed.
"""

import collections
import hashlib
import json
import os
import random
import shutil
import sqlite3
import sys

HOSTILE_TABLES = ["sele\"ct", "or'der", "a b", "\u00fcn\u00ef", "x]y", "group", "1st", "t;--", "`q`", "rows"]
HOSTILE_COLUMNS = ["va\"lue", "q'uote", "a b", "order", "\u00e9", "rowid", "_rowid_", "x]", "check", "1", "--", "oid"]
TYPES = ["", "", "INTEGER", "INT", "TEXT", "TEXT", "REAL", "NUMERIC", "BLOB", "VARCHAR(10)", "DATETIME", "DOUBLE", "BOOLEAN"]
STRICT_TYPES = ["INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY"]
COLLATIONS = ["", "", "", " COLLATE NOCASE", " COLLATE RTRIM"]
INTEGERS = ["0", "1", "-1", "7", "9007199254740993", "-9007199254740993", "9223372036854775807", "(-9223372036854775807 - 1)", "2147483648", "127", "128", "-32769", "8388608"]
REALS = ["3.0", "0.1", "-0.0", "1e300", "-1.5", "9007199254740993.0", "1e-310", "9223372036854775807.0", "9e999", "-9e999", "1e999 - 1e999"]
TEXTS = ["'x'", "''", "'007'", "'1.0'", "'1e5'", "' 5 '", "'abc'", "'ABC'", "'abc  '", "'a' || char(0) || 'b'", "CAST(x'ff80fe' AS TEXT)", "CAST(x'61c328' AS TEXT)", "char(128512)", "'it''s'", "char(0xd800)", "'9223372036854775808'", "'2026-01-01'", "char(0)"]
BLOBS = ["x''", "x'00'", "x'00ff'", "x'616263'", "zeroblob(300)", "randomblob(40)"]


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def literal(value):
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value)


def value_of(rng, type_, strict, long_text):
    if rng.random() < 0.12:
        return "NULL"
    if strict and type_ != "ANY":
        pool = {"INT": INTEGERS, "INTEGER": INTEGERS, "TEXT": TEXTS, "REAL": REALS[:5] + INTEGERS[:4], "BLOB": BLOBS}[type_]
    elif rng.random() < 0.6 and type_ in ("INTEGER", "INT", "TEXT", "REAL", "BLOB"):
        pool = {"INTEGER": INTEGERS, "INT": INTEGERS, "TEXT": TEXTS, "REAL": REALS, "BLOB": BLOBS}[type_]
    else:
        pool = rng.choice([INTEGERS, REALS, TEXTS, BLOBS])
    if pool is TEXTS and long_text:
        return "substr(hex(zeroblob(600000)), 1, %d) || 'end'" % rng.choice([1000000, 70000, 5000])
    return rng.choice(pool)


class Table:
    """A logical table: its columns as all sources have them, before renames and variations."""

    def __init__(self, rng, number, names):
        self.name = names.pop() if rng.random() < 0.25 else "t%d" % number
        self.strict = rng.random() < 0.2
        self.key = rng.choices(["none", "rowid", "auto", "text", "pair", "int-desc"], [3, 6, 2, 3, 2, 1])[0]
        self.without_rowid = self.key in ("text", "pair") and rng.random() < 0.45
        columns = HOSTILE_COLUMNS[:]
        rng.shuffle(columns)
        self.columns = []  # name, type, suffix
        for index in range(rng.randint(1, 5)):
            name = columns.pop() if rng.random() < 0.3 else "c%d" % index
            type_ = rng.choice(STRICT_TYPES if self.strict else TYPES)
            suffix = rng.choice(COLLATIONS)
            if rng.random() < 0.25:
                # Not 3.0: SQLite 3.40 reads an untyped DEFAULT 3.0 as INTEGER, later versions as REAL (docs/digest.md).
                default = {"TEXT": "'dflt'", "BLOB": "x'0102'"}.get(type_, "7") if self.strict else rng.choice(["7", "'7'", "3.5", "'d e'", "(1 + 1)", "NULL", "-1"])
                suffix = " DEFAULT " + default + suffix
            self.columns.append([name, type_, suffix])
        self.generated = []
        if rng.random() < 0.25:
            base = quote(self.columns[0][0])
            kind = rng.choice(["VIRTUAL", "STORED"])
            self.generated.append(["g", "TEXT" if self.strict else "", "AS (typeof(%s) || 'x') %s" % (base, kind)])
        self.references = []  # column, other logical table
        self.families = []

    def id_columns(self):
        return {"none": [], "rowid": ["id"], "auto": ["id"], "int-desc": ["id"], "text": ["k"], "pair": ["k", "n"]}[self.key]

    def key_type(self, column):
        if column == "id":
            return "INTEGER"
        if column == "n":
            return "INT"
        return "TEXT"

    def ddl(self, name, columns, generated):
        parts = []
        key = self.id_columns()
        for column in key:
            text = quote(column) + " " + self.key_type(column)
            if self.key == "rowid":
                text += " PRIMARY KEY"
            if self.key == "auto":
                text += " PRIMARY KEY AUTOINCREMENT"
            if self.key == "int-desc":
                text += " PRIMARY KEY DESC" if not self.strict else " PRIMARY KEY"
            if column == "k":
                text += self.key_collation
            parts.append(text)
        parts.append('"tag" TEXT')
        parts.append('"stamp" INTEGER')
        for column, type_, suffix in columns + [[c, "INTEGER", ""] for c, _ in self.references]:
            parts.append("%s %s%s" % (quote(column), type_, suffix))
        for column, type_, body in generated:
            parts.append("%s %s %s" % (quote(column), type_, body))
        if self.key in ("text", "pair"):
            parts.append("PRIMARY KEY (%s)" % ", ".join(quote(c) for c in key))
        for column, other in self.references:
            if self.declared[column]:
                parts.append("FOREIGN KEY (%s) REFERENCES %s(id)" % (quote(column), quote(other.name)))
        options = [o for o, on in (("WITHOUT ROWID", self.without_rowid), ("STRICT", self.strict)) if on]
        return "CREATE TABLE %s (%s) %s" % (quote(name), ", ".join(parts), ", ".join(options))


def make(folder, seed):
    rng = random.Random(seed)
    # Choices that came later draw from a source of their own, so that a seed keeps the rest of its case.
    wide = random.Random("wide %d" % seed)
    os.makedirs(folder)
    sqlite3_names = HOSTILE_TABLES[:]
    rng.shuffle(sqlite3_names)
    tables = [Table(rng, number, sqlite3_names) for number in range(rng.randint(1, 4))]
    for table in tables:
        table.declared = {}
        table.key_collation = rng.choice(["", "", " COLLATE NOCASE"])
        table.single_rows = rng.random() < 0.1
    keyed = [t for t in tables if t.key in ("rowid", "auto")]
    for table in tables:
        if keyed and rng.random() < 0.5:
            other = rng.choice(keyed)  # itself and cycles included
            column = "ref%d" % len(table.references)
            table.references.append([column, other])
            # Listed relations that lead in a circle are refused, declared ones are not.
            table.declared[column] = rng.random() < 0.7 or tables.index(other) >= tables.index(table)
    count = rng.randint(1, 4)
    if wide.random() < 0.04:
        count = wide.randint(11, 14)  # more than the engine can attach at once
    files = ["data/db%d.db" % n if rng.random() < 0.7 else "bots/b %d/state.db" % n for n in range(count)]
    targets = {"a": {"path": "out/a.db", "profile": "p"}}
    if rng.random() < 0.4:
        targets["b"] = {"path": "out/b.db"}
    profile = {}
    if rng.random() < 0.3:
        profile["page_size"] = rng.choice([512, 1024, 4096, 8192, 65536])
    if rng.random() < 0.3:
        profile["auto_vacuum"] = rng.choice(["NONE", "FULL", "INCREMENTAL"])
    if rng.random() < 0.3:
        profile["journal_mode"] = rng.choice(["WAL", "DELETE"])
    families = []
    # References have to stay inside one target, so all tables of one case that are linked go to the same one.
    home = rng.choice(list(targets)) if any(t.references for t in tables) else None
    relations = {}
    for table in tables:
        sources = sorted(rng.sample(range(count), rng.randint(1, count)))
        family = {"target": home or rng.choice(list(targets)), "table": table.name, "sources": [], "policy": "keep", "logical": table}
        if rng.random() < 0.25:
            family["table"] = "renamed " + table.name
        many = len(sources) > 1
        if many and table.key in ("rowid", "auto"):
            family["policy"] = rng.choice(["keep", "renumber", "renumber", "composite", "first", "last"])
        elif many and table.key in ("text", "pair", "int-desc"):
            family["policy"] = rng.choice(["keep", "composite", "first", "last"])
        elif table.key in ("rowid", "auto") and rng.random() < 0.1:
            family["policy"] = "renumber"
        family["discriminated"] = family["policy"] == "composite" or rng.random() < (0.35 if many else 0.1)
        families.append(family)
        family["indices"] = sources
        table.family = family
    # A parent whose key grows by a discriminator wants the same in its children: keep to what can be declared.
    for table in tables:
        for column, other in table.references:
            if other.family["policy"] == "composite":
                other.family["policy"] = "renumber" if other.key in ("rowid", "auto") else "keep"
                other.family["discriminated"] = False
    for table in tables:
        for column, other in table.references:
            if not table.declared[column]:
                relations["%s.%s.%s" % (table.family["target"], table.family["table"], column)] = "%s.%s.id" % (other.family["target"], other.family["table"])
    features = set()
    plan_sources = {}
    connections = {}
    formats = {}
    for index, file in enumerate(files):
        path = os.path.join(folder, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        if rng.random() < 0.4:
            connection.execute("PRAGMA page_size = %d" % rng.choice([512, 1024, 2048, 8192, 32768, 65536]))
        if rng.random() < 0.2:
            connection.execute("PRAGMA encoding = '%s'" % rng.choice(["UTF-16le", "UTF-16be"]))
        if rng.random() < 0.2:
            connection.execute("PRAGMA auto_vacuum = %d" % rng.randint(1, 2))
        wal = rng.random() < 0.15
        if wal:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        else:
            connection.execute("PRAGMA journal_mode = MEMORY")
        connections[index] = (connection, wal)
        encoding = connection.execute("PRAGMA encoding").fetchone()[0]
        connections[index] += (encoding,)
        plan_sources[file] = {"action": "merge", "tables": {}}
        formats[file] = wal
    for table in tables:
        family = table.family
        family["key"] = table.id_columns()
        family["references"] = [[column, tables.index(other)] for column, other in table.references]
        used_text_keys = 0
        for position, index in enumerate(family["indices"]):
            connection = connections[index][0]
            columns = [c[:] for c in table.columns]
            generated = table.generated[:]
            if len(family["indices"]) > 1 and not generated and len(columns) > 1 and rng.random() < 0.15:
                columns.pop()  # this source is older: it lacks a column
            if len(family["indices"]) > 1 and not table.strict and rng.random() < 0.1:
                columns[-1][1] = rng.choice(TYPES)
            added_later = columns.pop() if len(columns) > 1 and not generated and not table.strict and not table.references and "(" not in columns[-1][2] and rng.random() < 0.1 else None
            legacy_name = table.name
            connection.execute(table.ddl(legacy_name, columns, generated))
            if table.key == "auto" and rng.random() < 0.5:
                connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (legacy_name, rng.choice([5, 1000, 2**40])))
            rows = 0 if rng.random() < 0.08 else 300 if rng.random() < 0.04 else rng.randint(1, 25)
            connection.execute("BEGIN")
            for row in range(rows):
                values = {}
                disjoint = family["policy"] == "keep"
                if table.key in ("rowid", "auto", "int-desc"):
                    values["id"] = str(row * 3 + 1 + (position * 100000 if disjoint else rng.choice([0, 0, 1])))
                    if not disjoint and rng.random() < 0.05 and table.key != "auto" and family["policy"] != "renumber":
                        values["id"] = str(-row - 1)
                    if family["policy"] == "renumber" and rng.random() < 0.05 and row > 0:
                        values["id"] = str(-row)
                    if family["policy"] == "keep" and row == 0 and rng.random() < 0.1:
                        values["id"] = str(2**62 + position)
                if table.key in ("text", "pair"):
                    base = "k%d" % (row if not disjoint else position * 1000 + row)
                    if not disjoint and rng.random() < 0.3:
                        base = base.upper()
                    values["k"] = literal(base)
                    if not table.without_rowid and not table.strict and rng.random() < 0.1:
                        values["k"] = "NULL"
                if table.key == "pair":
                    values["n"] = str(row)
                    if family["policy"] == "keep":
                        values["n"] = str(position * 1000 + row)
                values["tag"] = literal("%d/%d/%d" % (index, tables.index(table), row))
                values["stamp"] = rng.choice(["NULL", str(rng.randint(1, 5)), str(rng.randint(1, 5))])
                for column, type_, suffix in columns:
                    if rng.random() < 0.1:
                        continue
                    values[column] = value_of(rng, type_, table.strict, rng.random() < 0.002)
                    if values[column] == "1e999 - 1e999":
                        features.add("NaN stored as NULL")
                for column, other in table.references:
                    values[column] = rng.choice(["NULL", str(rng.randint(0, 30) * 3 + 1)])
                insert = "INSERT OR IGNORE INTO %s (%s) VALUES (%s)" % (quote(legacy_name), ", ".join(quote(c) for c in values), ", ".join(values.values()))
                connection.execute(insert)
            connection.execute("COMMIT")
            if added_later is not None:
                # SQLite 3.40 reads such a default of older rows as INTEGER 3, later versions as REAL.
                rest = added_later[2] if added_later[1] else added_later[2].replace(" DEFAULT 3.0", " DEFAULT 3.5")
                connection.execute("ALTER TABLE %s ADD COLUMN %s %s%s" % (quote(legacy_name), quote(added_later[0]), added_later[1], rest))
                columns.append(added_later)
            if rng.random() < 0.3 and rows:
                connection.execute("DELETE FROM %s WHERE (unicode(substr(tag, -1)) + coalesce(stamp, 0)) %% 4 = 0" % quote(legacy_name))
            if rng.random() < 0.4:
                column, _, _ = rng.choice(columns)
                extra = rng.choice(["", "", " WHERE stamp > 2", ""])
                expression = rng.choice([quote(column), quote(column) + " DESC", "stamp, " + quote(column), "typeof(%s)" % quote(column)])
                unique = ""
                if rng.random() < 0.2:
                    unique, expression = "UNIQUE ", "tag"
                connection.execute("CREATE %sINDEX %s ON %s (%s)%s" % (unique, quote("ix%d" % tables.index(table)), quote(legacy_name), expression, extra))
            if rng.random() < 0.15 and len(family["indices"]) == 1:
                connection.execute("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN SELECT raise(ABORT, 'fired'); END" % (quote("tr%d" % tables.index(table)), quote(legacy_name)))
            if rng.random() < 0.1 and len(family["indices"]) == 1:
                connection.execute("CREATE VIEW %s AS SELECT tag FROM %s" % (quote("v%d" % tables.index(table)), quote(legacy_name)))
            # The mapping, in the plan's words and in ours.
            entry = {"to": "%s.%s" % (family["target"], family["table"])}
            mapping = []
            planned = {}
            names = family["key"] + ["tag", "stamp"] + [c for c, _, _ in columns] + [c for c, _ in table.references]
            renames = table.__dict__.setdefault("renames", {})
            for column in names:
                choice = rng.random()
                plain = [column, quote(column)]
                if column in [c for c, _, _ in columns] and not generated:
                    if choice < 0.08 and len(columns) > 1:
                        planned[column] = {"drop": "not wanted"}
                        continue
                    if choice < 0.16 and not table.strict:
                        # A REAL as text looks different from one version of SQLite to the next, and a BLOB as text is another
                        # text in a UTF-16 database: neither is turned into one.
                        expression = rng.choice(["CASE WHEN typeof(@) IN ('real', 'blob') THEN @ ELSE @ || '' END", "coalesce(@, 'none')", "CASE WHEN @ IS NULL THEN 1 ELSE 2.0 END", "typeof(@) -- kind", "(@)"]).replace("@", quote(column))
                        planned[column] = {"sql": expression}
                        mapping.append([column, expression])
                        continue
                    if choice < 0.22 and not table.strict:
                        fixed = rng.choice(["fixed", 5, 2.5, None, "it's"])
                        planned[column] = {"value": fixed}
                        mapping.append([column, literal(fixed)])
                        continue
                    if column not in renames and choice < 0.4 and column.lower() not in ("rowid", "_rowid_", "oid"):
                        renames[column] = "re " + column if rng.random() < 0.5 else "re_%d" % len(renames)
                    if renames.get(column):
                        planned[column] = renames[column]
                        plain[0] = renames[column]
                    else:
                        renames[column] = None
                mapping.append(plain)
            if rng.random() < 0.1 and not table.strict:
                planned["extra"] = {"sql": "stamp + 1"}
                mapping.append(["extra", "stamp + 1"])
            if family["discriminated"]:
                kind = table.__dict__.setdefault("discriminator", rng.choice(["stem", "number", "text"]))
                where = {"stem": "${path}", "number": index, "text": "source %d" % index}[kind]
                entry["discriminator"] = {"origin": where}
                mapping.append(["origin", literal(files[index] if kind == "stem" else where)])
            if planned:
                entry["columns"] = planned
            if rng.random() < 0.15:
                entry["where"] = rng.choice(["stamp IS NOT NULL", "stamp > 1 OR stamp IS NULL", "stamp < 4 -- few", "1"])
                entry["whereReason"] = "old rows"
            policy = family["policy"]
            if policy in ("first", "last"):
                entry["keys"] = {policy: "stamp"}
            elif policy != "keep" or len(family["indices"]) > 1:
                entry["keys"] = policy
            plan_sources[files[index]]["tables"][legacy_name] = entry
            family.setdefault("entries", []).append(entry)
            family["sources"].append({"file": files[index], "table": legacy_name, "mapping": mapping, "where": entry.get("where"), "withoutRowid": table.without_rowid, "columns": names})
    checked = {}
    for index, file in enumerate(files):
        connection, wal, _ = connections[index]
        path = os.path.join(folder, file)
        if rng.random() < 0.2:
            connection.execute("CREATE TABLE old_log (x)")
            connection.execute("INSERT INTO old_log VALUES (1), (2)")
            plan_sources[file]["tables"]["old_log"] = {"retire": "obsolete"}
        wal = wal and os.path.exists(path + "-wal")
        if wal:
            shutil.copy(path, path + ".copy")
            shutil.copy(path + "-wal", path + ".copy-wal")
        connection.close()
        if wal:
            os.replace(path + ".copy", path)
            os.replace(path + ".copy-wal", path + "-wal")
            if os.path.exists(path + "-shm"):
                os.remove(path + "-shm")
    for file in files:
        for name in (file, file + "-wal"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, "rb") as handle:
                    checked[name] = hashlib.sha256(handle.read()).hexdigest()
    declared = quarantines(wide, tables)
    features |= features_of(tables, files, plan_sources, connections, relations)
    for family in families:
        del family["logical"], family["entries"]
    used = {family["target"] for family in families}
    plan = {
        "version": 1,
        "name": "case %d" % seed,
        "profiles": {"p": profile},
        "targets": {name: dict(target, tables=declared[name]) if name in declared else target for name, target in targets.items() if name in used},
        "sources": plan_sources,
        "relations": relations,
        "compatibility": {"views": rng.random() < 0.5, "symlinks": False},
    }
    with open(os.path.join(folder, "consolidation.jsonc"), "w") as handle:
        json.dump(plan, handle, indent=1)
    with open(os.path.join(folder, "case.json"), "w") as handle:
        json.dump({"seed": seed, "features": sorted(features), "profile": profile, "families": families, "targets": {n: t["path"] for n, t in targets.items()}, "files": checked}, handle)


def quarantines(wide, tables):
    """Columns that the unified table wants filled, and rows without a value to go into quarantine: target -> table -> settings."""
    declared = {}
    for table in tables:
        family = table.family
        family["quarantine"] = False
        if wide.random() >= 0.2 or table.strict or any(other is table for t in tables for _, other in t.references):
            continue
        given = [{name for name, _ in source["mapping"]} for source in family["sources"]]
        columns = [c for c, _, _ in table.columns]
        unified = [table.renames.get(c) or c for c in columns]
        usable = [c for c in unified if all(c in names for names in given)]
        if not usable:
            continue
        family["quarantine"] = True
        settings = {"columns": {wide.choice(usable): {"notNull": True}}}
        declared.setdefault(family["target"], {})[family["table"]] = settings
        for entry in family["entries"]:
            entry["onReject"] = "quarantine"
    return declared


def features_of(tables, files, plan_sources, connections, relations):
    """What of the things that a migration has to know this case has."""
    found = {"listed relation"} if relations else set()
    found |= {"encoding " + encoding for _, _, encoding in connections.values()}
    if any(wal for _, wal, _ in connections.values()):
        found.add("write-ahead log")
    for table in tables:
        family = table.family
        found.add("policy " + family["policy"])
        found |= {name for name, on in (("STRICT", table.strict), ("generated column", table.generated), ("WITHOUT ROWID", table.without_rowid), ("AUTOINCREMENT", table.key == "auto"), ("more than 10 files", len(family["indices"]) > 10), ("discriminator", family["discriminated"]), ("quarantine", family["quarantine"]), ("collation", any("COLLATE" in suffix for _, _, suffix in table.columns) or table.key_collation)) if on}
        for column, other in table.references:
            found.add("declared reference" if table.declared[column] else "reference by relation")
            if other is table:
                found.add("self-reference")
            elif any(back is table for _, back in other.references):
                found.add("cycle of references")
            if other.family["policy"] == "renumber":
                found.add("reference to new ids")
        for entry in family["entries"]:
            found.add("filter" if "where" in entry else "no filter")
            for column in entry.get("columns", {}).values():
                found.add("rename" if isinstance(column, str) else {"sql": "expression", "value": "constant", "drop": "dropped column"}[list(column)[0]])
    return found


def text(value):
    return ("text", value)


def named_values(value, declared_type):
    """Which of the values that are easily damaged this is."""
    if isinstance(value, int) and value in (2**53 + 1, 2**63 - 1, -(2**63)):
        yield {2**53 + 1: "2^53+1", 2**63 - 1: "2^63-1"}.get(value, "-2^63")
    if isinstance(value, float) and value == 0 and str(value)[0] == "-":
        yield "-0.0"
    if value == 3.0 and isinstance(value, float) and declared_type == "":
        yield "3.0 in an untyped column"
    if isinstance(value, bytes) and value == b"":
        yield "empty blob"
    if isinstance(value, tuple):
        if b"\0" in value[1]:
            yield "embedded NUL"
        if len(value[1]) >= 1000000:
            yield "1 MB of text"
        try:
            value[1].decode("utf8")
        except UnicodeDecodeError:
            yield "invalid UTF-8"


def native_says_so(target, table, message):
    """SQLite 3.40 reports of some WITHOUT ROWID tables a "TEXT value in t.c" or a "NULL value in
    t.c" that is not there (later versions do not). It is no fault of the target where the same rows, put by native SQLite itself into
    the same table, which refuses a NULL, get the same message."""
    ddl = target.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()[0][1].decode()
    own = sqlite3.connect(":memory:", isolation_level=None)
    own.text_factory = text
    own.execute(ddl)
    columns = [decode(row[1]) for row in target.execute("PRAGMA table_xinfo(%s)" % quote(table)) if row[6] == 0]
    for row in target.execute("SELECT %s FROM %s NOT INDEXED" % (", ".join(quote(c) for c in columns), quote(table))).fetchall():
        insert(own, table, columns, row)
    return (message,) in own.execute("PRAGMA integrity_check").fetchall()


def typed(value):
    if value is None:
        return ("null",)
    if isinstance(value, float):
        return ("real", value.hex())
    if isinstance(value, int):
        return ("integer", value)
    return value if isinstance(value, tuple) else ("blob", bytes(value))


def opened(scratch, folder, file, cache):
    if file in cache:
        return cache[file]
    copy = os.path.join(scratch, "%d.db" % len(cache))
    for suffix in ("", "-wal"):
        if os.path.exists(copy + suffix):
            os.remove(copy + suffix)
        if os.path.exists(os.path.join(folder, file) + suffix):
            shutil.copy(os.path.join(folder, file) + suffix, copy + suffix)
    connection = sqlite3.connect(copy)
    connection.text_factory = text
    cache[file] = connection
    return connection


def insert(expected, table, columns, row):
    places = ", ".join("CAST(? AS TEXT)" if isinstance(v, tuple) else "?" for v in row)
    values = [v[1] if isinstance(v, tuple) else v for v in row]
    expected.execute("INSERT INTO %s (%s) VALUES (%s)" % (quote(table), ", ".join(quote(c) for c in columns), places), values)


def decode(value):
    return value[1].decode("utf8", "replace") if isinstance(value, tuple) else value


def settled(family, rows, ddl):
    """first / last: for each key, as the unified table compares keys, the row that stays. NULL is no key."""
    judge = sqlite3.connect(":memory:")
    judge.text_factory = text
    judge.execute(ddl)
    name = quote(family["table"])
    key = [quote(c) for c in family["key"]]
    kept = []
    for row in rows:
        values = dict(zip(row["columns"], row["values"]))
        chosen = [values[c] for c in family["key"]]
        if any(v is None for v in chosen):
            kept.append(row)
            continue
        condition = " AND ".join("%s = %s" % (c, "CAST(? AS TEXT)" if isinstance(v, tuple) else "?") for c, v in zip(key, chosen))
        arguments = [v[1] if isinstance(v, tuple) else v for v in chosen]
        same = [k for k in kept if not any(dict(zip(k["columns"], k["values"]))[c] is None for c in family["key"])]
        found = None
        for candidate in same:
            judge.execute("DELETE FROM %s" % name)
            # Only keys matter here; rows that want a value would be refused.
            filled = [0 if v is None and family["quarantine"] else v for v in candidate["values"]]
            insert(judge, family["table"], candidate["columns"], filled)
            if judge.execute("SELECT 1 FROM %s WHERE %s" % (name, condition), arguments).fetchone():
                found = candidate
                break
        if found is None:
            kept.append(row)
            continue
        def stamp(r):
            v = dict(zip(r["columns"], r["values"]))["stamp"]
            return (-1, 0) if v is None else (0, v)
        better = stamp(row) < stamp(found) if family["policy"] == "first" else stamp(row) > stamp(found)
        if better:
            kept.remove(found)
            kept.append(row)
    return kept


def quarantine_differences(scratch, folder, family, target, rejected, cache):
    """The refused rows are in a table of their own, every legacy value as it is, and no other row is."""
    name = "_rejected_" + family["table"]
    there = target.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()[0]
    if not there:
        return ["%s: %d refused rows are in no quarantine" % (family["table"], sum(rejected.values()))] if rejected else []
    differences = []
    kept = 0
    for source in family["sources"]:
        names = ", ".join(quote(c) for c in source["columns"])
        legacy = opened(scratch, folder, source["file"], cache)
        own = [row for row in legacy.execute("SELECT tag, %s FROM %s NOT INDEXED" % (names, quote(source["table"])))]
        wanted = collections.Counter(tuple(typed(v) for v in row[1:]) for row in own if (source["file"], row[0]) in rejected)
        rows = target.execute("SELECT %s FROM %s WHERE rejected_database = ? AND rejected_table = ?" % (names, quote(name)), (source["file"], source["table"])).fetchall()
        found = collections.Counter(tuple(typed(v) for v in row) for row in rows)
        kept += len(rows)
        if wanted != found:
            differences.append("%s: %d rows of %s in quarantine, not %d: %.300r / %.300r" % (name, sum(found.values()), source["file"], sum(wanted.values()), list(wanted - found)[:1], list(found - wanted)[:1]))
    total = target.execute("SELECT count(*) FROM %s" % quote(name)).fetchone()[0]
    if total != kept or total != sum(rejected.values()):
        differences.append("%s: %d rows, not %d" % (name, total, sum(rejected.values())))
    return differences


def digest_of(folder, name):
    with open(os.path.join(folder, name), "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


def impossible(case, folder, scratch):
    """Why native SQLite could not keep every reference either: what the plan's filters and new ids do to the legacy rows."""
    reasons = []
    cache = {}
    for family in case["families"]:
        for column, parent_number in family["references"]:
            parent = case["families"][parent_number]
            for source in family["sources"]:
                expression = dict(source["mapping"]).get(column)
                if expression is None:
                    continue
                legacy = opened(scratch, folder, source["file"], cache)
                where = " WHERE (%s\n)" % source["where"] if source["where"] else ""
                rows = legacy.execute("SELECT (%s\n) FROM %s%s" % (expression, quote(source["table"]), where))
                wanted = {row[0] for row in rows if row[0] is not None}
                own = [other for other in parent["sources"] if other["file"] == source["file"]]
                if parent["policy"] == "renumber" and len(parent["sources"]) > 1 and not own:
                    reasons.append("new ids of several files, none of them %s" % source["file"])
                for other in own:
                    if not other["where"]:
                        continue
                    key = quote(parent["key"][0])
                    every = {row[0] for row in legacy.execute("SELECT %s FROM %s" % (key, quote(other["table"])))}
                    taken = {row[0] for row in legacy.execute("SELECT %s FROM %s WHERE (%s\n)" % (key, quote(other["table"]), other["where"]))}
                    lost = wanted & (every - taken)
                    if lost:
                        reasons.append("%d rows of %s that are referred to are left out" % (len(lost), other["table"]))
    for connection in cache.values():
        connection.close()
    return reasons


def check(folder, scratch):
    with open(os.path.join(folder, "case.json")) as handle:
        case = json.load(handle)
    with open(os.path.join(folder, "result.json")) as handle:
        result = json.load(handle)
    seed = case["seed"]
    if result["status"] != "published":
        error = result.get("error") or {}
        written = [target for target in case["targets"].values() if os.path.exists(os.path.join(folder, target))]
        changed = [name for name, digest in case["files"].items() if digest_of(folder, name) != digest]
        return {
            "seed": seed,
            "status": result["status"],
            "code": error.get("code"),
            "message": error.get("message"),
            "reasons": impossible(case, folder, scratch),
            "left": written + changed,
        }
    differences = []
    for name, digest in case["files"].items():
        if digest_of(folder, name) != digest:
            differences.append("%s was changed" % name)
    for database in result["databases"]:
        rows = database["rows"]
        if rows["moved"] + rows["superseded"] + rows["retired"] + rows["rejected"] != rows["total"]:
            differences.append("the provenance of %s does not add up: %r" % (database["path"], rows))
    cache = {}
    compared = 0
    ids = {}  # family number -> (file, old id) -> new id
    actual_rows = {}
    expected_rows = {}
    seen = set()
    quarantined = 0
    for number, family in enumerate(case["families"]):
        target = opened(scratch, folder, case["targets"][family["target"]], cache)
        ddl = target.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (family["table"],)).fetchone()
        if ddl is None:
            differences.append("%s is missing" % family["table"])
            continue
        ddl = ddl[0][1].decode()
        expected = sqlite3.connect(":memory:", isolation_level=None)
        expected.text_factory = text
        expected.execute(ddl)
        information = target.execute("PRAGMA table_xinfo(%s)" % quote(family["table"])).fetchall()
        columns = [decode(row[1]) for row in information]
        types = [decode(row[2]) for row in information]
        source_rows = []
        told = [t for r in result["targets"] if r["name"] == family["target"] for t in r["tables"] if t["name"] == family["table"]]
        order = [(s["database"], s["table"]) for s in told[0]["sources"]] if told else []
        # Of rows that are equally good the first source's stays, in the order in which the report lists them.
        family["sources"].sort(key=lambda s: order.index((s["file"], s["table"])))
        for source in family["sources"]:
            legacy = opened(scratch, folder, source["file"], cache)
            where = " WHERE (%s\n)" % source["where"] if source["where"] else ""
            names = [c for c, _ in source["mapping"]]
            old = quote(family["key"][0]) if family["policy"] == "renumber" else "NULL"
            expressions = [old] + ["(%s\n)" % e for _, e in source["mapping"]]
            for row in legacy.execute("SELECT %s FROM %s NOT INDEXED%s" % (", ".join(expressions), quote(source["table"]), where)):
                source_rows.append({"file": source["file"], "old": row[0], "columns": names, "values": list(row[1:])})
        if family["policy"] in ("first", "last"):
            source_rows = settled(family, source_rows, ddl)
        all_names = [c for c in columns]
        tag = columns.index("tag")
        actual = [row for row in target.execute("SELECT %s FROM %s NOT INDEXED" % (", ".join(quote(c) for c in all_names), quote(family["table"])))]
        by_tag = {row[tag][1]: row for row in actual if isinstance(row[tag], tuple)}
        ids[number] = {}
        for row in actual:
            for value, type_ in zip(row, types):
                seen.update(named_values(value, type_))
        rejected = collections.Counter()
        # One row at a time in a table without indexes' help: what native SQLite stores for these values.
        results = []
        for row in source_rows:
            values = row["values"][:]
            names = row["columns"]
            if family["quarantine"]:
                try:
                    insert(expected, family["table"], names, values)
                    expected.execute("DELETE FROM %s" % quote(family["table"]))
                except sqlite3.IntegrityError:
                    rejected[(row["file"], dict(zip(names, values))["tag"])] += 1
                    continue
            if family["policy"] == "renumber":
                own = dict(zip(names, values))["tag"][1]
                found = by_tag.get(own)
                if found is None:
                    differences.append("%s: row %s is missing" % (family["table"], own))
                    continue
                new = found[columns.index(family["key"][0])]
                ids[number][(row["file"], row["old"])] = new
                values[names.index(family["key"][0])] = new
            try:
                insert(expected, family["table"], names, values)
            except sqlite3.Error as error:
                differences.append("%s: native SQLite refuses a row: %s" % (family["table"], error))
                continue
            results.append((row["file"], expected.execute("SELECT %s FROM %s" % (", ".join(quote(c) for c in all_names), quote(family["table"]))).fetchone()))
            expected.execute("DELETE FROM %s" % quote(family["table"]))
        differences += quarantine_differences(scratch, folder, family, target, rejected, cache)
        if rejected:
            seen.add("rows in quarantine")
        quarantined += sum(rejected.values())
        actual_rows[number] = (columns, actual)
        expected_rows[number] = results
        if family["key"] in ([],) and len(family["sources"]) == 1 and not family["sources"][0]["withoutRowid"]:
            hidden = [n for n in ("rowid", "_rowid_", "oid") if n not in [c.lower() for c in columns]]
            legacy_hidden = [n for n in ("rowid", "_rowid_", "oid") if n not in [c.lower() for c in family["sources"][0]["columns"]]]
            if hidden and legacy_hidden:
                source = family["sources"][0]
                legacy = opened(scratch, folder, source["file"], cache)
                where = " WHERE (%s\n)" % source["where"] if source["where"] else ""
                wanted = sorted((r, t[1]) for r, t in legacy.execute("SELECT %s, tag FROM %s%s" % (legacy_hidden[0], quote(source["table"]), where)) if (source["file"], t) not in rejected)
                found = sorted((r, t[1]) for r, t in target.execute("SELECT %s, tag FROM %s" % (hidden[0], quote(family["table"]))))
                if wanted != found:
                    differences.append("%s: rowids changed" % family["table"])
    for number, family in enumerate(case["families"]):
        if number not in actual_rows:
            continue
        columns, actual = actual_rows[number]
        links = {columns.index(c): parent for c, parent in family["references"] if c in columns and case["families"][parent]["policy"] == "renumber" and parent in ids}
        parents = {c: {row[actual_rows[p][0].index(case["families"][p]["key"][0])] for row in actual_rows[p][1]} for c, p in links.items()}
        def followed(file, row):
            row = list(row)
            for column, parent in links.items():
                sources = {s["file"] for s in case["families"][parent]["sources"]}
                if row[column] is None or file not in sources:
                    continue
                row[column] = ids[parent].get((file, row[column]), "dangling")
            return row
        def neutral(row):
            row = list(row)
            for column in links:
                if row[column] is not None and row[column] not in parents[column]:
                    row[column] = "dangling"
            return row
        wanted = collections.Counter(tuple(v if v == "dangling" else typed(v) for v in neutral(followed(file, row))) for file, row in expected_rows[number])
        found = collections.Counter(tuple(v if v == "dangling" else typed(v) for v in neutral(row)) for row in actual)
        compared += sum(wanted.values())
        missing, added = wanted - found, found - wanted
        if missing or added:
            differences.append("%s (%s): %d missing, %d added: %.600r / %.600r" % (family["table"], family["policy"], sum(missing.values()), sum(added.values()), list(missing)[:1], list(added)[:1]))
        target = opened(scratch, folder, case["targets"][family["target"]], cache)
        told = [t for r in result["targets"] if r["name"] == family["target"] for t in r["tables"] if t["name"] == family["table"]]
        if not told or told[0]["rows"] != len(actual):
            differences.append("%s: the report says %r rows, there are %d" % (family["table"], told and told[0]["rows"], len(actual)))
        sequence = target.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()[0]
        ddl = target.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (family["table"],)).fetchone()[0][1].decode()
        if "AUTOINCREMENT" in ddl and sequence:
            wanted = 0
            for source in family["sources"]:
                legacy = opened(scratch, folder, source["file"], cache)
                if legacy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()[0]:
                    row = legacy.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (source["table"],)).fetchone()
                    wanted = max(wanted, row[0] or 0)
            found = target.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (family["table"],)).fetchone()[0] or 0
            if found < wanted:
                differences.append("%s: counter %r below %r" % (family["table"], found, wanted))
    for name in {family["target"] for family in case["families"]}:
        target = opened(scratch, folder, case["targets"][name], cache)
        if name == "a":
            wanted = {"NONE": 0, "FULL": 1, "INCREMENTAL": 2, "WAL": text(b"wal"), "DELETE": text(b"delete")}
            for pragma, value in case["profile"].items():
                found = target.execute("PRAGMA %s" % pragma).fetchone()[0]
                if found != wanted.get(value, value):
                    differences.append("%s of %s is %r, not %r" % (pragma, name, found, value))
        for row in target.execute("PRAGMA integrity_check"):
            if row[0] == text(b"ok"):
                continue
            message = row[0][1].decode("utf8", "replace")
            in_table = [f["table"] for f in case["families"] if f["target"] == name and message.startswith(("TEXT value in %s." % f["table"], "NULL value in %s." % f["table"]))]
            if differences or not in_table or not native_says_so(target, in_table[0], row[0]):
                differences.append("integrity_check of %s: %r" % (name, row))
    for connection in cache.values():
        connection.close()
    return {"seed": seed, "status": "published", "compared": compared, "quarantined": quarantined, "features": case["features"] + sorted(seen), "differences": differences}


def main():
    command, directory, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    for seed in range(first, first + count):
        folder = os.path.join(directory, str(seed))
        if command == "make":
            make(folder, seed)
        else:
            print(json.dumps(check(folder, directory)))


if __name__ == "__main__":
    main()
