"""Code reviews and the commits they look at."""

import sqlite3
from contextlib import closing

DB = "data/roadmap.db"


def unreviewed_commits(limit=5):
    with closing(sqlite3.connect(DB)) as db:
        return db.execute(
            "SELECT commit_sha FROM implementation_commits WHERE reviewed = 0 ORDER BY committed_at, id LIMIT ?", (limit,)
        ).fetchall()


def average_quality():
    with closing(sqlite3.connect(DB)) as db:
        return db.execute("SELECT ROUND(AVG(quality_score), 3) FROM code_reviews").fetchone()[0]


def agent_inbox(agent):
    """Notifications between agents (not those for the user)."""
    with closing(sqlite3.connect(DB)) as db:
        return db.execute(
            "SELECT COUNT(*) FROM notifications WHERE target_agent = ? AND status = 'pending'", (agent,)
        ).fetchone()[0]


def audit_actions():
    with closing(sqlite3.connect(DB)) as db:
        return db.execute("SELECT action, COUNT(*) FROM audit_trail GROUP BY action ORDER BY action").fetchall()
