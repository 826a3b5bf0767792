"""Messages between agents."""

import sqlite3
from pathlib import Path

AGENT_MESSAGES_DB = Path("data") / "agent_messages.db"


def unread(recipient, db_path=AGENT_MESSAGES_DB):
    connection = sqlite3.connect(db_path)
    try:
        return connection.execute(
            "SELECT COUNT(*) FROM agent_messages WHERE recipient = ? AND read_at IS NULL", (recipient,)
        ).fetchone()[0]
    finally:
        connection.close()


def newest(db_path=AGENT_MESSAGES_DB):
    connection = sqlite3.connect(db_path)
    try:
        return connection.execute("SELECT MAX(created_at_ns) FROM agent_messages").fetchone()[0]
    finally:
        connection.close()
