"""Technical specs and the tasks that implement them."""

import logging
import sqlite3

from coffee_maker.config import ROADMAP_DB

logger = logging.getLogger(__name__)


class SpecHandler:
    def __init__(self, db_path=ROADMAP_DB):
        self.db_path = db_path

    def spec_hours(self) -> float:
        with sqlite3.connect(self.db_path) as conn:
            cursor = conn.cursor()
            cursor.execute("SELECT ROUND(SUM(total_hours), 2) FROM technical_specs WHERE status != 'draft'")
            return cursor.fetchone()[0]

    def tasks_by_status(self) -> dict:
        with sqlite3.connect(self.db_path) as conn:
            rows = conn.execute("SELECT status, COUNT(*) FROM implementation_tasks GROUP BY status ORDER BY status").fetchall()
        logger.debug("implementation_tasks read from %s", self.db_path)
        return dict(rows)

    def add_spec(self, spec_id: str, number: int, title: str, agent: str, now: str) -> None:
        with sqlite3.connect(self.db_path) as conn:
            conn.execute(
                """INSERT INTO technical_specs (id, spec_number, title, status, updated_at, updated_by)
                   VALUES (?, ?, ?, 'draft', ?, ?)""",
                (spec_id, number, title, now, agent),
            )
