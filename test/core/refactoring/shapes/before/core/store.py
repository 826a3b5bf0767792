import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from core.config import DATA_DIR, TAX_DB


@dataclass
class Options:
    path: str = "data/jarvis.db"


class Store:
    def __init__(self, db_path: Optional[str] = None):
        self.db_path = db_path or str(
            Path(__file__).parent.parent / "data" / "jarvis.db"
        )
        self.connection = sqlite3.connect(self.db_path)

    def rows(self):
        return self.connection.execute("SELECT * FROM notifications").fetchall()


class Tax:
    def __init__(self, data_dir="data"):
        self.data_dir = Path(data_dir)
        self.path = self.data_dir / "tax.db"

    def open(self):
        with sqlite3.connect(self.path) as db:
            return db.execute("SELECT * FROM lots").fetchall()


def probe():
    for candidate in (Path("data/jarvis.db"), Path("tax.db"), DATA_DIR / "jarvis.db"):
        if candidate.exists():
            return candidate
    return TAX_DB


def sources():
    return {"notifications": "data/jarvis.db:notifications", "lots": "tax.db:lots"}


def copy(name="jarvis.db"):
    return sqlite3.connect(f"{DATA_DIR}/{name}")
