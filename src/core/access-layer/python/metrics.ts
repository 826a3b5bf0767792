/** Counting and timing, in the generated module. */
export const METRICS = String.raw`

class _Meter:
    """Counts and times of one database; the last 1,000 statements give the percentiles."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connections = 0
        self.connection_errors = 0
        self.statements = 0
        self.errors = 0
        self.waits = 0
        self.wait_seconds = 0.0
        self.timeouts = 0
        self.latencies: Deque[float] = deque(maxlen=1000)

    def statement(self, seconds: float, failed: bool) -> None:
        with self.lock:
            self.statements += 1
            self.errors += failed
            self.latencies.append(seconds)

    def add(self, **counts: float) -> None:
        with self.lock:
            for counter, amount in counts.items():
                setattr(self, counter, getattr(self, counter) + amount)

    def snapshot(self) -> Dict[str, Any]:
        with self.lock:
            ordered = sorted(self.latencies)
            return {
                "connections": self.connections,
                "connection_errors": self.connection_errors,
                "statements": self.statements,
                "errors": self.errors,
                "waits": self.waits,
                "wait_ms": round(self.wait_seconds * 1000, 3),
                "timeouts": self.timeouts,
                "p50_ms": _percentile(ordered, 0.50),
                "p95_ms": _percentile(ordered, 0.95),
            }


def _percentile(ordered: List[float], share: float) -> Optional[float]:
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 3)


_meters: Dict[str, _Meter] = {name: _Meter() for name in TARGETS}


class _Cursor(sqlite3.Cursor):
    """A cursor that times what it executes (up to the first row)."""

    def execute(self, *args: Any) -> "_Cursor":
        return self._timed(super().execute, args)

    def executemany(self, *args: Any) -> "_Cursor":
        return self._timed(super().executemany, args)

    def executescript(self, *args: Any) -> "_Cursor":
        return self._timed(super().executescript, args)

    def _timed(self, run: Any, args: Tuple[Any, ...]) -> "_Cursor":
        meter = getattr(self.connection, "meter", None)
        if meter is None:
            return run(*args)
        failed = True
        started = time.perf_counter()
        try:
            result = @RUN@
            failed = False
            return result
        finally:
            meter.statement(time.perf_counter() - started, failed)


class _Connection(sqlite3.Connection):
    """A connection whose cursors are timed."""

    meter: Optional[_Meter] = None
@WRITER_ATTRIBUTE@
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        return self.cursor().executemany(*args)

    def executescript(self, *args: Any) -> Any:
        return self.cursor().executescript(*args)


def metrics() -> Dict[str, Dict[str, Any]]:
    """Connections, waits, errors and latencies of each database, in this process."""
    result = {}
    for name, meter in _meters.items():
        pool_of_name = _pools.get(name)
        result[name] = {**meter.snapshot(), "pool": pool_of_name.snapshot() if pool_of_name else None}
    return result


def write_metrics(path: "Optional[os.PathLike[str] | str]" = None) -> Path:
    """Writes metrics() as JSON, by default to the file that CONSOLIDATED_DB_METRICS names."""
    chosen = Path(path or os.environ.get("CONSOLIDATED_DB_METRICS") or _root() / "database-metrics.json")
    temporary = chosen.with_name(f"{chosen.name}.{os.getpid()}.tmp")
    document = {"written": time.time(), "pid": os.getpid(), "databases": metrics()}
    temporary.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(temporary, chosen)
    return chosen


def _write_metrics_at_exit() -> None:
    try:
        write_metrics()
    except OSError as error:
        _log.warning("The database metrics could not be written: %s", error)


if os.environ.get("CONSOLIDATED_DB_METRICS"):
    atexit.register(_write_metrics_at_exit)
`;
