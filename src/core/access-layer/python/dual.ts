import { quoteLiteral } from '../../identifiers';
import type { ResolvedPlan } from '../../plan/resolved';
import { pythonString, pythonTuple, pythonTupleLines } from './literal';

/** Writing to the legacy files as well, in the generated module. */
export const DUAL = String.raw`

class _Dual(NamedTuple):
    """A table whose changes are repeated in the legacy table that its rows came from."""

    database: str
    legacy: str
    name: str
    # Column of the consolidated table and the legacy column it came from.
    columns: Tuple[Tuple[str, str], ...]
    # Columns that tell the rows of several sources apart, with this source's values (SQL literals).
    constants: Tuple[Tuple[str, str], ...]


_DUAL: Dict[str, Tuple[_Dual, ...]] = {
@DUAL_TABLES@}


def dual_write() -> bool:
    """Are changes written to the legacy files, too? Until CONSOLIDATED_DB_DUAL_WRITE says 0, false, no or off."""
    value = os.environ.get("CONSOLIDATED_DB_DUAL_WRITE", "").strip().lower()
    return value not in ("0", "false", "no", "off")


class _DualWriter:
    """Repeats what a connection changes in the attached legacy files, statement by statement, in its transaction.

    Temporary triggers note each change in a temporary table; after the statement the notes are carried out. (A trigger
    cannot write to the legacy table itself: in its body the name would mean the table of the consolidated database.)
    """

    def __init__(self, connection: "_Connection", name: str) -> None:
        self.connection = connection
        self.statements: List[Dict[str, str]] = []
        self.busy = False
        schemas: Dict[str, str] = {}
        for table in _DUAL.get(name, ()):
            if table.database not in schemas:
                path = _root() / table.database
                if not path.is_file():
                    continue
                schemas[table.database] = f"legacy_{len(schemas) + 1}"
                self._run(f"ATTACH DATABASE ? AS {schemas[table.database]}", str(path))
            self._prepare(table, schemas[table.database])
        self.seen = connection.total_changes

    def _run(self, sql: str, *values: Any) -> List[Any]:
        # Not through connection.execute: its row factory is its user's.
        return sqlite3.Cursor(self.connection).execute(sql, values).fetchall()

    def _prepare(self, table: _Dual, schema: str) -> None:
        info = self._run(f"PRAGMA {schema}.table_info({_quoted(table.legacy)})")
        present = {row[1] for row in self._run(f"PRAGMA main.table_info({_quoted(table.name)})")}
        keys = {row[1] for row in info if row[5] > 0}
        pairs = [pair for pair in table.columns if pair[0] in present]
        if not info or not pairs:
            return  # one of the two tables is not there (yet)
        number = len(self.statements)
        width = len(pairs)
        if number == 0:
            self._run("CREATE TEMP TABLE dual_write_log (seq INTEGER PRIMARY KEY, tab INTEGER, op TEXT)")
        have = len(self._run("PRAGMA temp.table_info(dual_write_log)")) - 3
        for column in range(have // 2, width):
            # Without a declared type every value is kept as it is.
            self._run(f"ALTER TABLE temp.dual_write_log ADD COLUMN o{column}")
            self._run(f"ALTER TABLE temp.dual_write_log ADD COLUMN n{column}")
        old = ", ".join(f"o{at}" for at in range(width))
        new = ", ".join(f"n{at}" for at in range(width))
        old_values = ", ".join(f"OLD.{_quoted(unified)}" for unified, _ in pairs)
        new_values = ", ".join(f"NEW.{_quoted(unified)}" for unified, _ in pairs)
        for operation, row, columns, values in (
            ("INSERT", "NEW", new, new_values),
            ("UPDATE", "NEW", f"{old}, {new}", f"{old_values}, {new_values}"),
            ("DELETE", "OLD", old, old_values),
        ):
            tests = [f"{row}.{_quoted(column)} IS {value}" for column, value in table.constants]
            condition = f" WHEN {' AND '.join(tests)}" if tests else ""
            self._run(
                f"CREATE TEMP TRIGGER dual_write_{number}_{operation.lower()} AFTER {operation}"
                f" ON main.{_quoted(table.name)}{condition} BEGIN INSERT INTO dual_write_log (tab, op, {columns})"
                f" VALUES ({number}, '{operation}', {values}); END"
            )
        target = f"{schema}.{_quoted(table.legacy)}"
        note = "FROM temp.dual_write_log WHERE seq = ?1"
        legacy = [_quoted(column) for _, column in pairs]
        # A row is found by its key, or by all its values where the legacy table has none.
        known = [at for at, (_, column) in enumerate(pairs) if column in keys] or list(range(width))
        same = " AND ".join(f"{legacy[at]} IS (SELECT o{at} {note})" for at in known)
        if not keys:
            same = f"rowid = (SELECT rowid FROM {target} WHERE {same} LIMIT 1)"
        changes = ", ".join(f"{column} = (SELECT n{at} {note})" for at, column in enumerate(legacy))
        self.statements.append(
            {
                "INSERT": f"INSERT OR REPLACE INTO {target} ({', '.join(legacy)}) SELECT {new} {note}",
                "UPDATE": f"UPDATE {target} SET {changes} WHERE {same}",
                "DELETE": f"DELETE FROM {target} WHERE {same}",
            }
        )

    def around(self, run: Any, args: Tuple[Any, ...]) -> Any:
        """Runs a statement and repeats its changes; both or neither, also where each statement is its own transaction."""
        if self.busy or not self.statements:
            return run(*args)
        connection = self.connection
        sql = args[0] if args and isinstance(args[0], str) else ""
        alone = not connection.in_transaction and _commits_itself(connection) and _is_change(sql)
        self.busy = True
        try:
            if alone:
                self._run("BEGIN IMMEDIATE")
            try:
                result = run(*args)
                self._repeat()
            except BaseException:
                if alone and connection.in_transaction:
                    self._run("ROLLBACK")
                raise
            if alone:
                self._run("COMMIT")
            return result
        finally:
            self.busy = False

    def _repeat(self) -> None:
        if self.connection.total_changes == self.seen:
            return
        own = not self.connection.in_transaction  # a script that committed
        if own:
            self._run("BEGIN IMMEDIATE")
        for seq, table, operation in self._run("SELECT seq, tab, op FROM temp.dual_write_log ORDER BY seq"):
            self._run(self.statements[table][operation], seq)
        self._run("DELETE FROM temp.dual_write_log")
        if own:
            self._run("COMMIT")
        self.seen = self.connection.total_changes


def _commits_itself(connection: sqlite3.Connection) -> bool:
    autocommit = getattr(connection, "autocommit", None)
    return autocommit is True or (autocommit is not False and connection.isolation_level is None)


def _is_change(sql: str) -> bool:
    words = sql.split(None, 1)
    # With RETURNING the statement is still running when its first row is there.
    return bool(words) and words[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH") and "RETURNING" not in sql.upper()


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
`;

/**
 * The entries of `_DUAL`, by target. Left out: virtual tables (they have no triggers), rows that got new keys or were
 * merged with others, and columns that an expression made.
 */
export function dualTables(plan: ResolvedPlan): string {
  let text = '';
  for (const target of [...plan.targets].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const entries = target.tables.flatMap((table) =>
      table.kind === 'virtual'
        ? []
        : table.sources.flatMap((source) => {
            if (source.keys !== 'keep' && source.keys !== 'composite') return [];
            if (source.database === target.replaces) return [];
            const columns = source.columns.filter((column) => column.kind === 'column');
            const constants = source.columns.filter((column) => column.kind === 'constant');
            if (columns.length === 0) return [];
            const pair = (a: string, b: string) => pythonTuple([pythonString(a), pythonString(b)]);
            return [
              `_Dual(\n            ${pythonString(source.database)},\n            ${pythonString(source.table)},\n` +
                `            ${pythonString(table.name)},\n            ` +
                `${pythonTupleLines(
                  columns.map((column) => pair(column.target, column.source)),
                  '            ',
                )},\n            ` +
                `${pythonTupleLines(
                  constants.map((column) => pair(column.target, quoteLiteral(column.value))),
                  '            ',
                )},\n        )`,
            ];
          }),
    );
    if (entries.length > 0) text += `    ${pythonString(target.name)}: ${pythonTupleLines(entries, '    ')},\n`;
  }
  return text;
}
