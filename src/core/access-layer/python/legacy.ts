import { quoteLiteral } from '../../identifiers';
import type { ResolvedPlan } from '../../plan/resolved';
import { pythonString, pythonTuple, pythonTupleLines } from './literal';

/** The way back to the legacy files, in the generated module. */
export const FLAG = String.raw`

class _Moved(NamedTuple):
    """A legacy table that has another name or other columns in the consolidated database."""

    legacy: str
    name: str
    # Legacy column and its new name, for those that were renamed.
    renamed: Tuple[Tuple[str, str], ...]
    # Columns that tell the rows of several sources apart, with this source's values (SQL literals).
    constants: Tuple[Tuple[str, str], ...]


_MOVED: Dict[str, Tuple[_Moved, ...]] = {
@LEGACY_TABLES@}


def _connect_legacy(
    name: str, legacy: str, args: Tuple[Any, ...], kwargs: Dict[str, Any]
) -> sqlite3.Connection:
    """The legacy file, with the new table names as temporary views of the old tables."""
    _target(name)
    autocommit = kwargs.pop("autocommit", None)
    connection = _open(name, _root() / legacy, args, kwargs)
    try:
        _add_views(connection, legacy)
        if autocommit is not None:
            connection.autocommit = autocommit  # type: ignore[attr-defined]
    except BaseException:
        connection.close()
        raise
    return connection


def _add_views(connection: sqlite3.Connection, legacy: str) -> None:
    # A cursor of its own: row factories are for the connection's user.
    cursor = sqlite3.Cursor(connection)
    if cursor.execute("SELECT 1 FROM sqlite_temp_master LIMIT 1").fetchone():
        return  # they are there already
    for moved in _MOVED.get(legacy, ()):
        for statement in _view_statements(connection, moved, legacy):
            cursor.execute(statement)


def _legacy_of(database: Any) -> Optional[str]:
    """Which legacy file a first argument of sqlite3.connect names, if it has tables with new names."""
    text = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
    if text.startswith("file:"):
        text = text[5:].split("?", 1)[0]
        text = text[2:] if text.startswith("///") else text
    path = os.path.abspath(text)
    return next((legacy for legacy in _MOVED if os.path.abspath(_root() / legacy) == path), None)


def _serve_new_names() -> None:
    """Gives connections that are opened by path the new table names, too."""
    plain = sqlite3.connect

    def connect_with_new_names(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = plain(database, *args, **kwargs)
        legacy = _legacy_of(database)
        if legacy is not None:
            _add_views(connection, legacy)
        return connection

    sqlite3.connect = connect_with_new_names  # type: ignore[assignment]


# Only while the flag is off, which is an emergency, is sqlite3.connect replaced in this process.
if not use_consolidated():
    _serve_new_names()


def _view_statements(connection: sqlite3.Connection, moved: _Moved, legacy: str) -> Iterator[str]:
    present = connection.execute(f"PRAGMA main.table_xinfo({_quote(moved.legacy)})").fetchall()
    if not present or connection.execute(f"PRAGMA main.table_info({_quote(moved.name)})").fetchall():
        return  # nothing to stand for, or a table of the new name is there already
    new_names = dict(moved.renamed)
    table, view = _quote(moved.legacy), _quote(moved.name)
    # cid, name, type, notnull, default, pk, hidden (1: of a virtual table, 2 and 3: generated)
    columns = [(row[1], new_names.get(row[1], row[1]), row[4], row[5], row[6]) for row in present if row[6] != 1]
    selected = [f"{_quote(old)} AS {_quote(new)}" for old, new, _, _, _ in columns]
    selected += [f"{value} AS {_quote(column)}" for column, value in moved.constants]
    yield f"CREATE TEMP VIEW {view} AS SELECT {', '.join(selected)} FROM main.{table}"
    if any(other.name.lower() == moved.legacy.lower() for other in _MOVED[legacy]):
        return  # inside a trigger the table's name would mean that view; so this one can only be read
    stored = [column for column in columns if column[4] == 0]
    targets = ", ".join(_quote(old) for old, _, _, _, _ in stored)
    # A view has no defaults: a column left out of the INSERT arrives as NULL.
    values = ", ".join(
        f"NEW.{_quote(new)}" if default is None else f"coalesce(NEW.{_quote(new)}, {default})"
        for _, new, default, _, _ in stored
    )
    keys = [column for column in stored if column[3] > 0] or stored
    same = " AND ".join(f"{_quote(old)} IS OLD.{_quote(new)}" for old, new, _, _, _ in keys)
    changes = ", ".join(f"{_quote(old)} = NEW.{_quote(new)}" for old, new, _, _, _ in stored)
    event = "CREATE TEMP TRIGGER {} INSTEAD OF {} ON " + view + " BEGIN {}; END"
    yield event.format(_quote(moved.name + "_insert"), "INSERT", f"INSERT INTO {table} ({targets}) VALUES ({values})")
    yield event.format(_quote(moved.name + "_update"), "UPDATE", f"UPDATE {table} SET {changes} WHERE {same}")
    yield event.format(_quote(moved.name + "_delete"), "DELETE", f"DELETE FROM {table} WHERE {same}")


def _quote(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
`;

/** The entries of `_MOVED`: tables that a legacy connection does not have under their new name, with their columns. */
export function legacyTables(plan: ResolvedPlan): string {
  let text = '';
  for (const database of [...plan.databases].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const moved = database.tables.flatMap((table) => {
      if (table.action !== 'move') return [];
      const renamed = Object.entries(table.renamed);
      const constants = Object.entries(table.discriminator);
      if (table.name === table.table && renamed.length === 0 && constants.length === 0) return [];
      const pair = ([a, b]: readonly [string, string]) => pythonTuple([pythonString(a), pythonString(b)]);
      return [
        `_Moved(${pythonString(table.table)}, ${pythonString(table.name)}, ${pythonTuple(renamed.map(pair))}, ` +
          `${pythonTuple(constants.map(([column, value]) => pair([column, quoteLiteral(value)])))})`,
      ];
    });
    if (moved.length > 0) text += `    ${pythonString(database.path)}: ${pythonTupleLines(moved, '    ')},\n`;
  }
  return text;
}
