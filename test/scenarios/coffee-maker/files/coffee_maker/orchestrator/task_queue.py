"""The queue of the orchestrator, and the order of task groups."""

import os
import sqlite3

from coffee_maker.config import LEGACY_DB, ORCHESTRATOR_DB


def queue_length():
    with sqlite3.connect(ORCHESTRATOR_DB) as conn:
        return conn.execute("SELECT COUNT(*) FROM orchestrator_tasks WHERE status = 'queued'").fetchone()[0]


def open_bugs():
    with sqlite3.connect(os.path.join("data", "orchestrator.db")) as conn:
        return conn.execute("SELECT COUNT(*) FROM bugs WHERE status IN ('open', 'analyzing')").fetchone()[0]


def hard_dependencies():
    """Task group dependencies were the last thing that was written to the old database of the root."""
    with sqlite3.connect(LEGACY_DB) as conn:
        return conn.execute("SELECT COUNT(*) FROM task_group_dependencies WHERE dependency_type = 'hard'").fetchone()[0]
