"""Makes random databases with every feature of the file format, and says what native SQLite reads in them.

    random_databases.py SEED FIRST COUNT DIRECTORY [MOST_ROWS [LARGEST]]

One JSON line per database: path, what the header's PRAGMAs say, integrity_check, each table's [rows, digest], and the
schema as PRAGMA table_list, table_xinfo, index_list, index_xinfo and foreign_key_list describe it.
"""
import json
import os
import random
import sqlite3
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from digest import digest_database, quote

NAMES = ("a", "B b", "c'd", 'e"f', "größe", "select", "x[1]", "日付", "rowid2", "z%s\\_")
TYPES = ("", "INTEGER", "INT", "BIGINT UNSIGNED", "TEXT", "VARCHAR(20)", "REAL", "DOUBLE PRECISION", "FLOAT", "NUMERIC",
         "DECIMAL(10,5)", "BLOB", "BOOLEAN", "DATE", "CHARINT", "FLOATING POINT", "STRING")
STRICT = ("INTEGER", "INT", "TEXT", "REAL", "BLOB", "ANY")
DEFAULTS = ("7", "-1.5", "'text'", "NULL", "x'00ff'", "(5)", "word", "TRUE", "1e3", "'12'", "'3.0'", "9007199254740993",
            "-9223372036854775808", "\"quoted\"", "+4", "'it''s'", "0x10", "CURRENT_TIMESTAMP", "3.0", "(-0.0)", "''")
CONSTANTS = tuple(text for text in DEFAULTS if text != "CURRENT_TIMESTAMP")
# In columns without affinity SQLite 3.40 reads these as integers in rows that are older than the column, later versions as reals.
VERSIONS_DIFFER = ("1e3", "3.0", "(-0.0)")
COLLATIONS = ("", "", " COLLATE NOCASE", " COLLATE RTRIM", " COLLATE binary")


def value(rng):
    kind = rng.randrange(14)
    if kind == 0:
        return None
    if kind == 1:
        return rng.choice((0, 1, -1, 127, 128, -128, -129, 32767, 32768, 8388607, 8388608, -8388609, 2147483647, 2147483648,
                           -2147483649, (1 << 47) - 1, 1 << 47, -(1 << 47) - 1, (1 << 63) - 1, -(1 << 63), 9007199254740993))
    if kind == 2:
        return rng.getrandbits(rng.choice((3, 9, 20, 33, 50, 63))) * rng.choice((1, -1))
    if kind == 3:
        return rng.choice((0.0, -0.0, 1.0, 3.0, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), 0.1, 2.0 ** 53,
                           -(2.0 ** 63), 1e15, 123456789012345680.0))
    if kind == 4:
        return rng.uniform(-1e6, 1e6)
    if kind == 5:
        return rng.randbytes(rng.choice((0, 1, 3, 4, 50, 700)))
    if kind == 6 and rng.random() < 0.2:
        return rng.randbytes(rng.choice((5000, 30000, 70000)))
    if kind == 7:
        return rng.choice(("", "1", " 12 ", "1e5", "3.0", "abc", "ABC", "abc  ", "nul\0in", "é漢😀", "'", "-7.25", "0x10", "9007199254740993"))
    return "".join(rng.choice("abcdefghij éß漢😀") for _ in range(rng.choice((0, 2, 8, 30, 300))))


class Maker:
    def __init__(self, db, rng, most_rows):
        self.db = db
        self.rng = rng
        self.most_rows = most_rows
        self.tables = {}

    def attempt(self, sql, *arguments):
        try:
            return self.db.execute(sql, *arguments).fetchall()
        except (sqlite3.DatabaseError, OverflowError):
            return None

    def table(self, name):
        rng = self.rng
        strict = rng.random() < 0.2
        without_rowid = rng.random() < 0.3
        names = rng.sample(NAMES, rng.randrange(1, len(NAMES)))
        columns, plain = [], []
        key = rng.choice(("none", "integer", "integer", "autoincrement", "desc", "any", "pair"))
        if without_rowid and key in ("none", "autoincrement", "desc"):
            key = "pair" if len(names) > 1 else "any"
        for position, column in enumerate(names):
            kind = rng.choice(STRICT if strict else TYPES)
            suffix = rng.choice(COLLATIONS)
            if position == 0 and key in ("integer", "autoincrement", "desc"):
                kind = "INTEGER"
                suffix = {"integer": " PRIMARY KEY", "autoincrement": " PRIMARY KEY AUTOINCREMENT", "desc": " PRIMARY KEY DESC"}[key]
            elif position == 0 and key == "any":
                suffix += " PRIMARY KEY" + rng.choice(("", " DESC"))
            elif position > 0 and plain and not strict and rng.random() < 0.15:
                source = quote(rng.choice(plain))
                expression = rng.choice(("%s || 'x'", "length(%s)", "%s", "typeof(%s)")) % source
                columns.append("%s %s AS (%s) %s" % (quote(column), kind, expression, rng.choice(("STORED", "VIRTUAL", ""))))
                continue
            elif rng.random() < 0.25:
                suffix += " DEFAULT " + rng.choice(DEFAULTS[:4])
            if position > 0 and rng.random() < 0.1:
                suffix += rng.choice((" UNIQUE", " NOT NULL ON CONFLICT IGNORE", " CHECK (%s IS NOT 17)" % quote(column)))
            if position > 0 and rng.random() < 0.08:
                suffix += " REFERENCES %s ON DELETE CASCADE" % quote(rng.choice(("t0", "absent")))
            columns.append("%s %s%s" % (quote(column), kind, suffix))
            plain.append(column)
        if key == "pair":
            pair = rng.sample(plain, min(2, len(plain)))
            columns.append("PRIMARY KEY (%s)" % ", ".join(quote(column) + rng.choice(COLLATIONS) + rng.choice(("", " DESC")) for column in pair))
        options = [text for text, wanted in (("STRICT", strict), ("WITHOUT ROWID", without_rowid)) if wanted]
        if self.attempt("CREATE TABLE %s(%s) %s" % (quote(name), ", ".join(columns), ", ".join(options))) is None:
            return
        self.tables[name] = plain
        self.fill(name, rng.choice((0, 1, 5, 60, 300, self.most_rows)))
        for number in range(rng.randrange(3)):
            self.index(name, number)
        for _ in range(rng.choice((0, 0, 1, 2))):
            self.add_column(name, strict)
        if rng.random() < 0.15 and not self.tables[name] == []:
            self.attempt("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN SELECT 1; END" % (quote("tr " + name), quote(name)))

    def fill(self, name, rows):
        rng = self.rng
        plain = self.tables[name]
        names = ", ".join(quote(column) for column in plain)
        marks = ", ".join("?" for _ in plain)
        short = rows > 1000
        for number in range(rows):
            values = [value(rng) for _ in plain]
            if short:
                values = [item[:40] if isinstance(item, (str, bytes)) else item for item in values]
            if rng.random() < 0.5:
                values[0] = rng.choice((number, rng.getrandbits(40), -number))
            self.attempt("INSERT OR IGNORE INTO %s(%s) VALUES (%s)" % (quote(name), names, marks), values)
        if rng.random() < 0.3:
            # Text that is not valid in its encoding.
            bad = rng.choice(("ff", "c3", "eda080", "00d8", "d800dc", "d8410041", "41", "00dc00d8", "f0908080", "c080"))
            self.attempt("INSERT OR IGNORE INTO %s(%s) SELECT %s" % (
                quote(name), names, ", ".join("CAST(x'%s' AS TEXT)" % bad for _ in plain)))

    def index(self, name, number):
        rng = self.rng
        plain = self.tables[name]
        keys = []
        for column in rng.sample(plain, rng.randrange(1, min(3, len(plain)) + 1)):
            keys.append(rng.choice((quote(column), quote(column), "length(%s)" % quote(column))) + rng.choice(COLLATIONS) + rng.choice(("", " DESC")))
        where = " WHERE %s IS NOT NULL" % quote(rng.choice(plain)) if rng.random() < 0.25 else ""
        self.attempt("CREATE %s INDEX %s ON %s(%s)%s" % (
            rng.choice(("", "", "UNIQUE")), quote("i%d %s" % (number, name)), quote(name), ", ".join(keys), where))

    def add_column(self, name, strict):
        rng = self.rng
        column = "added %d" % rng.randrange(1000)
        kind = rng.choice(STRICT if strict else TYPES)
        if rng.random() < 0.15:
            kind += " AS (1 + 1)"
        elif rng.random() < 0.8:
            untyped = kind in ("", "BLOB", "ANY")
            kind += " DEFAULT " + rng.choice([text for text in CONSTANTS if not untyped or text not in VERSIONS_DIFFER])
        if self.attempt("ALTER TABLE %s ADD COLUMN %s %s" % (quote(name), quote(column), kind)) is not None:
            if " AS " not in kind:
                self.tables[name].append(column)
            self.fill(name, rng.randrange(4))

    def disturb(self):
        rng = self.rng
        for name, plain in list(self.tables.items()):
            kind = rng.randrange(6)
            if kind == 0:
                self.attempt("DELETE FROM %s WHERE random() %% 3 = 0" % quote(name))
            elif kind == 1:
                self.attempt("UPDATE OR IGNORE %s SET %s = ? WHERE random() %% 4 = 0" % (quote(name), quote(rng.choice(plain))), (value(rng),))
            elif kind == 2 and len(plain) > 2:
                column = plain[-1]
                if self.attempt("ALTER TABLE %s DROP COLUMN %s" % (quote(name), quote(column))) is not None:
                    plain.remove(column)
            elif kind == 3:
                self.attempt("DROP TABLE %s" % quote("t9"))
            elif kind == 4:
                self.attempt("ALTER TABLE %s RENAME COLUMN %s TO %s" % (quote(name), quote(plain[-1]), quote("renamed " + plain[-1])))


def describe(db):
    def rows(sql):
        return [list(row) for row in db.execute(sql)]

    tables = rows("SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
                  " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
    return {
        name: {
            "withoutRowid": wr,
            "strict": strict,
            "columns": rows("PRAGMA table_xinfo(%s)" % quote(name)),
            "indexes": [
                {"info": info[1:], "columns": [c for c in rows("PRAGMA index_xinfo(%s)" % quote(info[1])) if c[5]]}
                for info in rows("PRAGMA index_list(%s)" % quote(name))
            ],
            "foreignKeys": len(set(row[0] for row in rows("PRAGMA foreign_key_list(%s)" % quote(name)))),
        }
        for name, wr, strict in tables
    }


def make(path, rng, most_rows):
    db = sqlite3.connect(path, isolation_level=None)
    db.create_function("random", 0, lambda: rng.getrandbits(62))
    page_size = rng.choice((512, 1024, 2048, 4096, 8192, 16384, 32768, 65536))
    db.execute("PRAGMA page_size = %d" % page_size)
    db.execute("PRAGMA encoding = '%s'" % rng.choice(("UTF-8", "UTF-8", "UTF-16le", "UTF-16be")))
    db.execute("PRAGMA auto_vacuum = %d" % rng.choice((0, 0, 1, 2)))
    db.execute("PRAGMA secure_delete = %d" % rng.randrange(2))
    db.execute("BEGIN")
    db.execute("PRAGMA user_version = %d" % rng.choice((0, 7, -3, 2147483647)))
    db.execute("PRAGMA application_id = %d" % rng.choice((0, 0x4A525653, -1)))
    maker = Maker(db, rng, most_rows)
    for number in range(rng.randrange(0, 6)):
        maker.table("t%d" % number)
    maker.attempt("CREATE VIEW v AS SELECT * FROM t0")
    if rng.random() < 0.2:
        maker.attempt("CREATE VIRTUAL TABLE fts USING %s(title, body)" % rng.choice(("fts5", "fts4")))
        maker.attempt("INSERT INTO fts VALUES ('one', 'two three')")
    if rng.random() < 0.1:
        maker.attempt("CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)")
        maker.attempt("INSERT INTO box VALUES (1, 2, 3)")
    if db.in_transaction:
        db.execute("COMMIT")
    maker.disturb()
    if rng.random() < 0.2:
        maker.attempt("ANALYZE")
    if rng.random() < 0.3:
        maker.attempt("PRAGMA incremental_vacuum(5)")
    db.close()
    if rng.random() < 0.3:
        reserved = rng.choice((0, 8, 12, 32))
        commands = (".filectrl reserve_bytes %d" % reserved, "VACUUM") if reserved else ("VACUUM",)
        subprocess.run(["sqlite3", path, *commands], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if rng.random() < 0.1 and os.path.getsize(path):
        # As written before 3.7.0: the in-header size does not count.
        with open(path, "r+b") as file:
            file.seek(92)
            file.write(struct.pack(">I", 0xFFFF))


def main(seed, first, count, directory, most_rows=300, largest=None):
    for number in range(first, first + count):
        rng = random.Random("%s/%d" % (seed, number))
        path = os.path.join(directory, "random %d.db" % number)
        # Every twentieth has a table or two of the largest size.
        make(path, rng, largest if largest and number % 20 == 19 else most_rows)
        db = sqlite3.connect("file:%s?mode=ro" % path.replace(" ", "%20"), uri=True, isolation_level=None)
        one = lambda sql: db.execute(sql).fetchone()[0]
        result = {"number": number, "path": path}
        for name in ("page_size", "page_count", "encoding", "user_version", "application_id", "auto_vacuum", "freelist_count"):
            result[name] = one("PRAGMA " + name)
        result["integrity"] = one("PRAGMA integrity_check(1)")
        result["tables"] = digest_database(db)
        result["schema"] = describe(db)
        db.close()
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], *map(int, sys.argv[5:]))
