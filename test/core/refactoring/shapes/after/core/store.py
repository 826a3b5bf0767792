import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from core.config import DATA_DIR, TAX_DB
from core.databases import database_path


@dataclass
class Options:
    path: str = str(database_path("core"))


class Store:
    def __init__(self, db_path: Optional[str] = None):
        self.db_path = db_path or str(database_path("core"))
        self.connection = sqlite3.connect(self.db_path)

    def rows(self):
        return self.connection.execute("SELECT * FROM notification_user").fetchall()


class Tax:
    def __init__(self, data_dir="data"):
        self.data_dir = Path(data_dir)
        self.path = self.data_dir / "core.db"

    def open(self):
        with sqlite3.connect(self.path) as db:
            return db.execute("SELECT * FROM lots").fetchall()


def probe():
    for candidate in (database_path("core"), Path("tax.db"), database_path("core")):
        if candidate.exists():
            return candidate
    return TAX_DB


def sources():
    return {"notifications": "data/core.db:notification_user", "lots": "tax.db:lots"}


def copy(name="core.db"):
    return sqlite3.connect(f"{DATA_DIR}/{name}")
