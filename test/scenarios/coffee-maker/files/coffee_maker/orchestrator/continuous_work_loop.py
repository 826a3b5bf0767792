"""Runs several agents at the same time."""

import sqlite3

from coffee_maker import config


class ContinuousWorkLoop:
    def __init__(self, db_path: str = config.ORCHESTRATOR_DB):
        self.db_path = db_path

    def running_agents(self):
        conn = sqlite3.connect(self.db_path)
        cursor = conn.cursor()
        cursor.execute("SELECT agent_type, runs FROM agent_performance ORDER BY agent_type")
        rows = cursor.fetchall()
        conn.close()
        return rows

    def spawned(self, status="completed"):
        conn = sqlite3.connect(self.db_path)
        count = conn.execute(f"SELECT COUNT(*) FROM agent_lifecycle WHERE status = '{status}'").fetchone()[0]
        conn.close()
        return count

    def state(self, key):
        conn = sqlite3.connect(self.db_path)
        row = conn.execute("SELECT value FROM orchestrator_state WHERE key = ?", (key,)).fetchone()
        conn.close()
        return row[0] if row else None
