#!/usr/bin/env python3
"""Reads data/tax.db."""
import sqlite3
import sys

import typer

app = typer.Typer()


@app.command()
def main(db: str = typer.Option("data/tax.db", help="database (data/tax.db)")):
    con = sqlite3.connect(db)
    print(con.execute("SELECT count(*) FROM lots").fetchone(), file=sys.stderr)


con = sqlite3.connect(database="file:data/jarvis.db?mode=ro", uri=True, timeout=3)
