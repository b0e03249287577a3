import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from knowledge.migrations.current import is_current
from knowledge.migrations.run import differences
from knowledge.store import Store, StoreError, catalogue_state, metadata

OWN = {
    "catalogue_state", "shops", "products", "product_versions", "promotions", "policies", "faqs", "customers", "orders",
    "anchors", "mappings", "ingests", "vectors", "passages",
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'data' / 'zhibo.db'}")
    made.migrate()
    return made


def test_migrations_make_the_tables_that_the_code_has(store: Store) -> None:
    with store.read() as connection:
        made = set(sa.inspect(connection).get_table_names())
    assert made >= OWN
    ours = [change for change in differences(store) if not isinstance(change, tuple) or _table(change) in OWN]
    assert ours == []
    assert set(metadata.tables) >= OWN


def _table(change: tuple[object, ...]) -> str:
    subject = change[1] if isinstance(change[1], sa.Table) else getattr(change[-1], "table", None)
    return "" if subject is None else str(subject.name)


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()
    with store.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_a_database_that_lacks_a_step_is_not_current(store: Store, tmp_path: Path) -> None:
    assert is_current(store)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert not is_current(store)
    assert not is_current(Store(f"sqlite:///{tmp_path / 'empty.db'}"))


def test_several_processes_may_start_at_once(tmp_path: Path) -> None:
    program = "import sys; from knowledge.store import Store; s = Store(sys.argv[1]); s.migrate(); print(s.version())"
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out.strip() == "0"


def test_foreign_keys_and_the_write_ahead_log_are_on(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        connection.execute(catalogue_state.insert().values(id=1, version=7))
        raise RuntimeError
    assert store.version() == 0


def test_writers_wait_for_each_other(store: Store) -> None:
    with store.write() as connection:
        connection.execute(catalogue_state.insert().values(id=1, version=0))

    def count() -> None:
        for _ in range(20):
            with store.write() as connection:
                version = connection.execute(sa.select(catalogue_state.c.version)).scalar_one()
                connection.execute(catalogue_state.update().values(version=version + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.version() == 80


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "zhibo.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path / 'zhibo.db'}").migrate()
