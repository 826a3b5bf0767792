from core.databases import database_path
from core.store import Store


def test_default():
    assert Store().db_path.endswith(str(database_path("core")))


def test_tmp(tmp_path):
    Store(str(tmp_path / "jarvis.db"))
