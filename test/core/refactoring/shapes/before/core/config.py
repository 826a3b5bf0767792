import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "data"
ENV_DIR = Path(os.getenv("DATA_DIR", "data"))
TAX_NAME = "tax.db"
TAX_DB = DATA_DIR / TAX_NAME
ENV_TAX = ENV_DIR / "tax.db"
DB_URL = os.environ.get("DATABASE_URL", "sqlite:///data/jarvis.db")
