from core.store import Store


def test_default():
    assert Store().db_path.endswith("data/jarvis.db")


def test_tmp(tmp_path):
    Store(str(tmp_path / "jarvis.db"))
