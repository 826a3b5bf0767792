"""Notifications for the user."""

import json
import sqlite3

from coffee_maker.config import Settings


class NotificationDB:
    """Stores notifications so that the user listener can show them."""

    DEFAULT_PATH = Settings.notifications_db

    def __init__(self, db_path=None):
        self.db_path = db_path or self.DEFAULT_PATH

    def create_notification(self, kind, title, message, context=None, priority="normal", created_at=""):
        with sqlite3.connect(self.db_path) as connection:
            cursor = connection.execute(
                "INSERT INTO notifications (type, priority, title, message, context, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (kind, priority, title, message, json.dumps(context), created_at),
            )
            return cursor.lastrowid

    def count(self, status="pending"):
        with sqlite3.connect(self.db_path) as connection:
            return connection.execute("SELECT COUNT(*) FROM notifications WHERE status = ?", (status,)).fetchone()[0]

    def state(self, key):
        with sqlite3.connect(self.db_path) as connection:
            row = connection.execute("SELECT value FROM system_state WHERE key = ?", (key,)).fetchone()
            return row[0] if row else None
