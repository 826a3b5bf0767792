"""Tests use databases of their own."""

import sqlite3

from coffee_maker.notifications import NotificationDB


def test_count(tmp_path):
    path = tmp_path / "notifications.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE notifications (id INTEGER PRIMARY KEY, type, priority, title, message, context, status DEFAULT 'pending', created_at)"
        )
    database = NotificationDB(str(path))
    database.create_notification("info", "Title", "Message")
    assert database.count() == 1
