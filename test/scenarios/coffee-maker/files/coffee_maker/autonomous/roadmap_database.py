"""Access to the roadmap: priorities, their audit and their metadata."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Dict, List, Optional


class RoadmapDatabase:
    """The single source of truth for roadmap items."""

    def __init__(self, db_path: Optional[Path] = None, agent_name: str = "project_manager"):
        if db_path is None:
            db_path = Path(__file__).parent.parent.parent / "data" / "roadmap.db"
        self.db_path = db_path
        self.agent_name = agent_name

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(str(self.db_path), timeout=30)
        connection.row_factory = sqlite3.Row
        return connection

    def get_all_items(self, status: Optional[str] = None) -> List[Dict]:
        connection = self._connect()
        try:
            query = """
                SELECT i.id, i.title, i.status, s.title AS spec_title
                FROM roadmap_items i
                LEFT JOIN technical_specs s ON s.id = i.spec_id
            """
            if status is not None:
                rows = connection.execute(query + " WHERE i.status = ?", (status,))
            else:
                rows = connection.execute(query)
            return [dict(row) for row in rows]
        finally:
            connection.close()

    def update_status(self, item_id: str, status: str) -> None:
        """Changes the status; the trigger writes the audit."""
        connection = self._connect()
        with connection:
            connection.execute(
                "UPDATE roadmap_items SET status = ?, updated_at = ?, updated_by = ? WHERE id = ?",
                (status, datetime.now().isoformat(), self.agent_name, item_id),
            )
        connection.close()

    def audit_count(self) -> int:
        connection = self._connect()
        try:
            return connection.execute("SELECT COUNT(*) FROM roadmap_audit").fetchone()[0]
        finally:
            connection.close()

    def get_metadata(self, key: str):
        connection = self._connect()
        try:
            row = connection.execute("SELECT value FROM roadmap_metadata WHERE key = ?", (key,)).fetchone()
            return row["value"] if row else None
        finally:
            connection.close()

    def pending_updates(self) -> int:
        connection = self._connect()
        try:
            return connection.execute(
                "SELECT COUNT(*) FROM roadmap_update_notifications WHERE notification_status = 'pending'"
            ).fetchone()[0]
        finally:
            connection.close()
