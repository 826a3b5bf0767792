/** Opening a database, in the generated module. */
export const CONNECT = String.raw`

def connect(
    name: str, *args: Any, attach: Iterable[str] = ()@LEGACY_PARAMETER@, **kwargs: Any
) -> sqlite3.Connection:
    """Opens a database as sqlite3.connect does, with the same further arguments, and sets it up as the plan says.

    Databases named in attach are attached under their own names: their tables are found without a qualifier.
    """
@LEGACY_BRANCH@    path = _consolidated_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # In a connection that starts inside a transaction (autocommit=False) most PRAGMAs have no effect.
    autocommit = kwargs.pop("autocommit", None)
    is_new = not path.exists() or path.stat().st_size == 0
    connection = _open(name, path, args, kwargs)
    try:
        _apply_profile(connection, name, is_new, timeout_given=bool(args) or "timeout" in kwargs)
        for other in attach:
            path = _consolidated_path(other)
            connection.execute('ATTACH DATABASE ? AS "' + other + '"', (str(path),))
@DUAL_CONNECT@        if autocommit is not None:
            connection.autocommit = autocommit  # type: ignore[attr-defined]
    except BaseException:
        connection.close()
        raise
    return connection


def _open(name: str, path: Path, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> sqlite3.Connection:
    meter = _meters[name]
    if len(args) < 5:  # the fifth is the factory
        kwargs.setdefault("factory", _Connection)
    try:
        connection = sqlite3.connect(str(path), *args, **kwargs)
    except sqlite3.Error:
        meter.add(connection_errors=1)
        raise
    if isinstance(connection, _Connection):
        connection.meter = meter
    meter.add(connections=1)
    return connection


def _apply_profile(
    connection: sqlite3.Connection, name: str, is_new: bool, timeout_given: bool
) -> None:
    target = _target(name)
    if is_new:
        for pragma, value in target.creation:
            _set_pragma(connection, name, pragma, value)
    for pragma, value in target.pragmas:
        if pragma == "busy_timeout" and timeout_given:
            continue
        _set_pragma(connection, name, pragma, value)


def _set_pragma(connection: sqlite3.Connection, name: str, pragma: str, value: str) -> None:
    try:
        if pragma == "journal_mode":
            # Changing it takes a lock; asking does not.
            current = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if str(current).upper() == value:
                return
        connection.execute(f"PRAGMA {pragma} = {value}").fetchall()
    except sqlite3.OperationalError as error:
        # Locked or read-only: sqlite3.connect would have given this connection all the same.
        _log.debug("PRAGMA %s = %s was refused by %s: %s", pragma, value, name, error)


def health(name: Optional[str] = None, *, check: bool = False) -> Dict[str, Dict[str, Any]]:
    """State of one database or of all: present, readable, complete. check=True has SQLite examine the content too."""
    return {each: _health(each, check) for each in ([name] if name is not None else TARGETS)}


def _health(name: str, check: bool) -> Dict[str, Any]:
    path = _consolidated_path(name)
    state: Dict[str, Any] = {"path": str(path), "ok": False, "error": None, "missing_tables": []}
    if not path.is_file():
        state["error"] = "the file does not exist"
        return state
    started = time.perf_counter()
    try:
        connection = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
        try:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            present = {row[0].lower() for row in rows}
            state["missing_tables"] = [t for t in TARGETS[name].tables if t.lower() not in present]
            state["journal_mode"] = connection.execute("PRAGMA journal_mode").fetchone()[0]
            state["bytes"] = path.stat().st_size
            if check:
                problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if problem != "ok":
                    state["error"] = problem
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        state["error"] = str(error)
    state["ms"] = round((time.perf_counter() - started) * 1000, 3)
    if state["missing_tables"] and state["error"] is None:
        state["error"] = "tables are missing: " + ", ".join(state["missing_tables"])
    state["ok"] = state["error"] is None
    return state
`;
