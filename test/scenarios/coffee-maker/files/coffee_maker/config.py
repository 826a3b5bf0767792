"""Paths and settings, from the environment where it says so."""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = PROJECT_ROOT / "data"

# Main database: roadmap, specs, reviews
ROADMAP_DB = DATA_DIR / "roadmap.db"
ORCHESTRATOR_DB = str(DATA_DIR / "orchestrator.db")
METRICS_DB_PATH = os.getenv("METRICS_DB_PATH", "data/metrics.db")
LEGACY_DB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "coffee_maker.db")


class Settings:
    """Settings of the daemon."""

    notifications_db = os.environ.get("NOTIFICATIONS_DB", "data/notifications.db")
    poll_seconds = 30
