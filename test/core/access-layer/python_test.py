"""Tests of the generated Python module; run with the folder that holds it as the first argument."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

FOLDER = sys.argv.pop(1)
sys.path.insert(0, FOLDER)

import core.databases as databases  # noqa: E402
from core.databases import connect, database_path, database_uri, database_url  # noqa: E402

FLAG = hasattr(databases, "use_consolidated")


class AccessLayer(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.environ["CONSOLIDATED_DB_ROOT"] = self.folder.name
        for name in ("CONSOLIDATED_DB_CORE", "USE_CONSOLIDATED_DBS"):
            os.environ.pop(name, None)
        databases._pools.clear()
        databases._meters["core"].__init__()

    def tearDown(self):
        for pool in databases._pools.values():
            pool.close()
        self.folder.cleanup()

    def test_paths(self):
        root = Path(self.folder.name)
        self.assertEqual(database_path("core"), root / "data/core.db")
        os.environ["CONSOLIDATED_DB_CORE"] = "other/x.db"
        self.assertEqual(database_path("core"), root / "other/x.db")
        os.environ["CONSOLIDATED_DB_CORE"] = "/somewhere/x.db"
        self.assertEqual(database_path("core"), Path("/somewhere/x.db"))
        del os.environ["CONSOLIDATED_DB_ROOT"], os.environ["CONSOLIDATED_DB_CORE"]
        self.assertEqual(database_path("core"), Path(FOLDER).resolve() / "data/core.db")

    def test_an_unknown_name_is_told(self):
        with self.assertRaisesRegex(databases.UnknownDatabaseError, "no database 'cor'. Known: cache-1, core"):
            connect("cor")

    def test_urls(self):
        root = Path(self.folder.name).as_posix()
        self.assertEqual(database_url("core"), f"sqlite:///{root}/data/core.db")
        self.assertEqual(
            database_url("core", scheme="sqlite+aiosqlite", query="timeout=5"),
            f"sqlite+aiosqlite:///{root}/data/core.db?timeout=5",
        )
        connect("core").close()
        connection = sqlite3.connect(database_uri("core", query="mode=ro"), uri=True)
        with self.assertRaises(sqlite3.OperationalError):
            connection.execute("CREATE TABLE t (x)")
        connection.close()

    def test_the_profile_is_applied(self):
        connection = connect("core", timeout=7)
        self.assertIsInstance(connection, sqlite3.Connection)
        ask = lambda pragma: connection.execute(f"PRAGMA {pragma}").fetchone()[0]  # noqa: E731
        self.assertEqual(ask("journal_mode"), "wal")
        self.assertEqual(ask("synchronous"), 1)
        self.assertEqual(ask("foreign_keys"), 1)
        self.assertEqual(ask("auto_vacuum"), 2)
        self.assertEqual(ask("busy_timeout"), 7000)
        connection.close()

    def test_arguments_pass_through(self):
        class Mine(sqlite3.Connection):
            pass

        connection = connect("core", isolation_level=None, factory=Mine)
        self.assertIsInstance(connection, Mine)
        self.assertIsNone(connection.isolation_level)
        connection.close()
        positional = connect("core", 5.0, sqlite3.PARSE_DECLTYPES, None, False, Mine)
        self.assertIsInstance(positional, Mine)
        positional.close()

    def test_it_works_like_a_connection(self):
        with connect("core") as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x)")
            cursor = connection.executemany("INSERT INTO t (x) VALUES (?)", [(1,), (2,)])
            self.assertEqual(cursor.rowcount, 2)
            self.assertEqual([row["x"] for row in connection.execute("SELECT x FROM t ORDER BY id")], [1, 2])
            self.assertEqual(connection.cursor().execute("INSERT INTO t (x) VALUES (:x)", {"x": 3}).lastrowid, 3)
        connection.close()

    def test_attached_databases_are_found(self):
        with connect("cache-1") as other:
            other.execute("CREATE TABLE entries (x)")
        other.close()
        connection = connect("core", attach=["cache-1"])
        connection.execute("INSERT INTO entries VALUES (1)")
        self.assertEqual(connection.execute('SELECT x FROM "cache-1".entries').fetchall(), [(1,)])
        connection.close()

    def test_a_locked_or_read_only_file_opens_as_with_sqlite3(self):
        path = database_path("core")
        path.parent.mkdir()
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("CREATE TABLE t (x)")
        writer.execute("BEGIN EXCLUSIVE")
        connection = connect("core", timeout=0)
        writer.execute("ROLLBACK")
        self.assertEqual(connection.execute("SELECT count(*) FROM t").fetchone()[0], 0)
        connection.close()
        writer.close()

    def test_health(self):
        self.assertEqual(databases.health("core")["core"]["error"], "the file does not exist")
        self.assertFalse(database_path("core").exists())
        connection = connect("core")
        connection.execute("CREATE TABLE lots (x)")
        state = databases.health("core", check=True)["core"]
        self.assertEqual(state["missing_tables"], ["notification_user"])
        connection.execute("CREATE TABLE Notification_User (x)")
        self.assertTrue(databases.health("core")["core"]["ok"])
        connection.close()
        database_path("core").write_bytes(b"not a database" * 100)
        self.assertIn("not a database", databases.health("core")["core"]["error"])

    def test_metrics(self):
        connection = connect("core")
        with self.assertRaises(sqlite3.OperationalError):
            connection.execute("SELECT * FROM nothing")
        connection.execute("SELECT 1")
        connection.close()
        found = databases.metrics()["core"]
        self.assertEqual((found["connections"], found["errors"]), (1, 1))
        self.assertGreaterEqual(found["statements"], 2)
        self.assertGreaterEqual(found["p95_ms"], found["p50_ms"])
        written = databases.write_metrics(Path(self.folder.name) / "m.json")
        self.assertEqual(json.loads(written.read_text())["databases"]["core"]["connections"], 1)
        code = "from core.databases import connect; connect('core').close()"
        target = Path(self.folder.name) / "exit.json"
        environment = {**os.environ, "PYTHONPATH": FOLDER, "CONSOLIDATED_DB_METRICS": str(target)}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        self.assertEqual(json.loads(target.read_text())["databases"]["core"]["connections"], 1)

    def test_the_pool_lends_and_keeps(self):
        pool = databases.pool("core")
        self.assertIs(pool, databases.pool("core"))
        with pool.connection() as first:
            first.execute("CREATE TABLE t (x)")
            first.execute("INSERT INTO t VALUES (1)")
        with pool.connection() as again:
            self.assertIs(first, again)
            self.assertFalse(again.in_transaction)
        with self.assertRaises(ZeroDivisionError):
            with pool.connection() as connection:
                connection.execute("INSERT INTO t VALUES (2)")
                1 / 0
        with pool.connection() as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM t").fetchone()[0], 1)
            connection.commit()
        self.assertEqual(pool.snapshot(), {"size": 2, "in_use": 0, "free": 1})

    def test_the_pool_has_its_limits(self):
        pool = databases.pool("core")
        pool.wait = 0.2
        with pool.connection(), pool.connection():
            with self.assertRaisesRegex(databases.PoolTimeoutError, "All 2 connections of 'core'"):
                with pool.connection():
                    pass
        self.assertEqual(databases.metrics()["core"]["timeouts"], 1)
        pool.idle = 0
        time.sleep(0.01)
        with pool.connection():
            self.assertEqual(pool.snapshot()["free"], 0)

    def test_the_pool_survives_a_closed_connection(self):
        pool = databases.pool("core")
        with self.assertRaises(sqlite3.ProgrammingError):
            with pool.connection() as connection:
                connection.close()
        with pool.connection() as connection:
            self.assertEqual(connection.execute("SELECT 1").fetchone()[0], 1)
        self.assertEqual(pool.snapshot()["in_use"], 0)

    def test_many_threads_share_a_pool(self):
        pool = databases.pool("core")
        with pool.connection() as connection:
            connection.execute("CREATE TABLE t (x)")
        failures = []

        def work():
            try:
                for _ in range(20):
                    with pool.connection() as connection:
                        connection.execute("INSERT INTO t VALUES (1)")
            except Exception as error:  # noqa: BLE001
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        with pool.connection() as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM t").fetchone()[0], 160)
        self.assertLessEqual(databases.metrics()["core"]["connections"], 2)


@unittest.skipUnless(FLAG, "generated without the flag")
class Flag(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.environ["CONSOLIDATED_DB_ROOT"] = self.folder.name
        legacy = Path(self.folder.name) / "data/jarvis.db"
        legacy.parent.mkdir()
        with sqlite3.connect(legacy) as connection:
            connection.execute(
                "CREATE TABLE notifications (id INTEGER PRIMARY KEY, msg TEXT, kind TEXT NOT NULL DEFAULT 'info')"
            )
            connection.execute("INSERT INTO notifications (msg) VALUES ('old')")
        connection.close()

    def tearDown(self):
        os.environ.pop("USE_CONSOLIDATED_DBS", None)
        self.folder.cleanup()

    def test_on_by_default(self):
        self.assertTrue(databases.use_consolidated())
        self.assertEqual(database_path("core", legacy="data/jarvis.db").name, "core.db")

    def test_off_returns_to_the_legacy_file(self):
        os.environ["USE_CONSOLIDATED_DBS"] = "0"
        self.assertEqual(database_path("core", legacy="data/jarvis.db").name, "jarvis.db")
        self.assertTrue(database_url("core", legacy="data/jarvis.db").endswith("data/jarvis.db"))
        connection = connect("core", legacy="data/jarvis.db")
        self.assertEqual(connection.execute("PRAGMA journal_mode").fetchone()[0], "delete")
        self.assertEqual(
            connection.execute("SELECT id, message, source FROM notification_user").fetchall(), [(1, "old", "it's")]
        )
        connection.execute("INSERT INTO notification_user (message) VALUES ('new')")
        connection.execute("UPDATE notification_user SET message = 'changed' WHERE id = 1")
        connection.commit()
        rows = connection.execute("SELECT * FROM notifications ORDER BY id").fetchall()
        self.assertEqual(rows, [(1, "changed", "info"), (2, "new", "info")])
        connection.execute("DELETE FROM notification_user WHERE id = 2")
        connection.commit()
        connection.close()
        with sqlite3.connect(Path(self.folder.name) / "data/jarvis.db") as plain:
            self.assertEqual(plain.execute("SELECT msg FROM notifications").fetchall(), [("changed",)])
            self.assertEqual(plain.execute("SELECT count(*) FROM sqlite_master").fetchone()[0], 1)
        plain.close()


    def test_off_gives_connections_by_path_the_new_names(self):
        code = (
            "import sqlite3; from core.databases import database_path, database_uri;"
            "print(sqlite3.connect(str(database_path('core', legacy='data/jarvis.db')))"
            ".execute('SELECT message FROM notification_user').fetchall(),"
            "sqlite3.connect(database_uri('core', query='mode=ro', legacy='data/jarvis.db'), uri=True)"
            ".execute('SELECT count(*) FROM notification_user').fetchone(),"
            "sqlite3.connect(':memory:').execute('SELECT count(*) FROM sqlite_temp_master').fetchone())"
        )
        environment = {**os.environ, "PYTHONPATH": FOLDER, "USE_CONSOLIDATED_DBS": "no"}
        shown = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
        self.assertEqual(shown.stdout, "[('old',)] (1,) (0,)\n")


@unittest.skipUnless(hasattr(databases, "dual_write"), "generated without dual write")
class DualWrite(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.environ["CONSOLIDATED_DB_ROOT"] = self.folder.name
        os.environ.pop("CONSOLIDATED_DB_DUAL_WRITE", None)
        (Path(self.folder.name) / "data").mkdir()
        self.legacy = Path(self.folder.name) / "data/jarvis.db"
        with sqlite3.connect(self.legacy) as connection:
            connection.execute("CREATE TABLE notifications (id INTEGER PRIMARY KEY, msg, extra DEFAULT 'e')")
            connection.execute("CREATE TABLE lots (a, b)")
        connection.close()
        with sqlite3.connect(Path(self.folder.name) / "data/core.db") as connection:
            connection.execute("CREATE TABLE notification_user (id INTEGER PRIMARY KEY, message, source)")
            connection.execute("CREATE TABLE lots (a, b)")
        connection.close()

    def tearDown(self):
        self.folder.cleanup()

    def rows(self, sql="SELECT id, msg FROM notifications ORDER BY id"):
        connection = sqlite3.connect(self.legacy)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def test_changes_are_repeated_in_the_same_transaction(self):
        connection = connect("core")
        connection.row_factory = sqlite3.Row
        cursor = connection.execute("INSERT INTO notification_user (message, source) VALUES ('a', 'it''s')")
        self.assertEqual((cursor.lastrowid, cursor.rowcount), (1, 1))
        connection.executemany(
            "INSERT INTO notification_user VALUES (?, ?, ?)", [(5, b"x", "it's"), (6, 2**60, "it's"), (7, "no", "other")]
        )
        connection.execute("UPDATE notification_user SET id = id + 10, message = message || '!' WHERE id = 1")
        connection.execute("INSERT INTO lots VALUES (1, 'same'), (1, 'same')")
        connection.execute("DELETE FROM lots WHERE rowid = 1")
        self.assertEqual(self.rows(), [])
        connection.commit()
        self.assertEqual(self.rows(), [(5, b"x"), (6, 2**60), (11, "a!")])
        self.assertEqual(self.rows("SELECT * FROM lots"), [(1, "same")])
        self.assertEqual(self.rows("SELECT DISTINCT extra FROM notifications"), [("e",)])
        connection.execute("DELETE FROM notification_user")
        connection.rollback()
        self.assertEqual(len(self.rows()), 3)
        with connection:
            connection.execute("DELETE FROM notification_user WHERE id > 5")
        self.assertEqual(self.rows(), [(5, b"x")])
        connection.close()

    def test_statements_that_commit_themselves(self):
        connection = connect("core", isolation_level=None)
        connection.execute("INSERT INTO notification_user VALUES (1, 'a', 'it''s')")
        self.assertEqual(self.rows(), [(1, "a")])
        connection.executescript("BEGIN; UPDATE notification_user SET message = 'b'; COMMIT;")
        self.assertEqual(self.rows(), [(1, "b")])
        connection.execute("BEGIN")
        connection.execute("DELETE FROM notification_user")
        connection.execute("ROLLBACK")
        self.assertEqual(self.rows(), [(1, "b")])
        connection.close()

    def test_both_or_neither(self):
        connection = connect("core", isolation_level=None, timeout=0)
        blocker = sqlite3.connect(self.legacy, isolation_level=None)
        blocker.execute("BEGIN EXCLUSIVE")
        with self.assertRaises(sqlite3.OperationalError):
            connection.execute("INSERT INTO notification_user VALUES (1, 'a', 'it''s')")
        blocker.execute("ROLLBACK")
        blocker.close()
        self.assertEqual(connection.execute("SELECT count(*) FROM notification_user").fetchone()[0], 0)
        connection.execute("INSERT INTO notification_user VALUES (2, 'b', 'it''s')")
        self.assertEqual(self.rows(), [(2, "b")])
        connection.close()

    def test_it_can_be_turned_off_and_does_without_the_file(self):
        os.environ["CONSOLIDATED_DB_DUAL_WRITE"] = "off"
        with connect("core") as connection:
            connection.execute("INSERT INTO notification_user VALUES (1, 'a', 'it''s')")
        connection.close()
        self.assertEqual(self.rows(), [])
        del os.environ["CONSOLIDATED_DB_DUAL_WRITE"]
        self.legacy.unlink()
        with connect("core") as connection:
            connection.execute("INSERT INTO notification_user VALUES (2, 'a', 'it''s')")
        connection.close()
        self.assertFalse(self.legacy.exists())

    def test_random_changes_leave_both_the_same(self):
        seed = 20260101
        random = __import__("random").Random(seed)
        connection = connect("core")
        for _ in range(300):
            number = random.randint(1, 30)
            sql, values = random.choice(
                [
                    ("INSERT OR REPLACE INTO notification_user VALUES (?, ?, 'it''s')", (number, random.random())),
                    ("INSERT OR IGNORE INTO notification_user VALUES (?, ?, 'it''s')", (number, "text")),
                    ("UPDATE OR IGNORE notification_user SET id = ? WHERE id = ?", (number, random.randint(1, 30))),
                    ("UPDATE notification_user SET message = message || 'x' WHERE id % 3 = ?", (number % 3,)),
                    ("DELETE FROM notification_user WHERE id = ?", (number,)),
                ]
            )
            connection.execute(sql, values)
            if random.random() < 0.2:
                random.choice([connection.commit, connection.rollback])()
        connection.commit()
        expected = connection.execute("SELECT id, message FROM notification_user ORDER BY id").fetchall()
        connection.close()
        self.assertEqual(self.rows(), expected, f"seed {seed}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
