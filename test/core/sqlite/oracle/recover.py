"""Native recovery of databases, each in a copy: one JSON line per path given on the command line.

    recover.py DIRECTORY PATH...

    recover.py states PATH            makes PATH 0, 1 and 2: a database after each of three transactions, the last of
                                      which makes it smaller
"""
import json
import os
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(__file__))
from crash_states import recover


def states(path):
    db = sqlite3.connect(path + " live", isolation_level=None)
    db.executescript(
        """
        PRAGMA page_size = 1024; PRAGMA auto_vacuum = 1;
        BEGIN; CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX i ON t(x);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        INSERT INTO t SELECT i, printf('%0200d', i) FROM n; COMMIT;
        """
    )
    shutil.copyfile(path + " live", path + " 0")
    db.executescript(
        """
        BEGIN; UPDATE t SET x = x || 'changed' WHERE id % 7 = 0;
        INSERT INTO t SELECT id + 1000, x FROM t WHERE id < 30; COMMIT;
        """
    )
    shutil.copyfile(path + " live", path + " 1")
    db.executescript("DELETE FROM t WHERE id > 20")
    shutil.copyfile(path + " live", path + " 2")
    db.close()


if __name__ == "__main__":
    if sys.argv[1] == "states":
        states(sys.argv[2])
    else:
        for number, path in enumerate(sys.argv[2:]):
            directory = os.path.join(sys.argv[1], "native %d" % number)
            os.makedirs(directory)
            print(json.dumps(dict(recover(path, directory), state=path)), flush=True)
            shutil.rmtree(directory)
