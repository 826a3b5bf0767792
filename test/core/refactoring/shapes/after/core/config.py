import os
from pathlib import Path

from core.databases import database_path, database_url

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "data"
ENV_DIR = Path(os.getenv("DATA_DIR", "data"))
TAX_DB = database_path("core")
ENV_TAX = ENV_DIR / "core.db"
DB_URL = os.environ.get("DATABASE_URL", database_url("core"))
