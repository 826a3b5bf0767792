"""What the agents cost. metrics.db is written by the Langfuse exporter, an external service; we only read it."""

import sqlite3

from coffee_maker.config import METRICS_DB_PATH


def cost_by_model():
    connection = sqlite3.connect(METRICS_DB_PATH)
    try:
        return connection.execute(
            "SELECT model, ROUND(SUM(cost_usd), 4) FROM generations GROUP BY model ORDER BY model"
        ).fetchall()
    finally:
        connection.close()


class TaskMetrics:
    """Durations of subtasks."""

    database = "data/task_metrics.db"

    def total_seconds(self):
        with sqlite3.connect(self.database) as connection:
            return connection.execute("SELECT ROUND(SUM(duration_seconds), 3) FROM subtask_metrics").fetchone()[0]
