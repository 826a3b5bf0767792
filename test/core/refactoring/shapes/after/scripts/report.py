#!/usr/bin/env python3
"""Reads data/core.db."""
import sqlite3
import sys

import typer

from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from core.databases import database_path, database_uri

app = typer.Typer()


@app.command()
def main(db: str = typer.Option(str(database_path("core")), help="database (data/core.db)")):
    con = sqlite3.connect(db)
    print(con.execute("SELECT count(*) FROM lots").fetchone(), file=sys.stderr)


con = sqlite3.connect(database=database_uri("core", query="mode=ro"), uri=True, timeout=3)
