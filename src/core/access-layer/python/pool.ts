/** One pool a database, in the generated module. */
export const POOL = String.raw`

class PoolTimeoutError(TimeoutError):
    """All connections of a pool stayed in use for longer than its wait limit."""


class Pool:
    """Connections of one database, lent to one user at a time and kept for the next."""

    def __init__(self, name: str, size: int, wait: float, idle: float) -> None:
        _target(name)
        self.name = name
        self.size = size
        self.wait = wait
        self.idle = idle
        self._condition = threading.Condition()
        self._free: List[Tuple[sqlite3.Connection, float]] = []
        self._in_use = 0
        self._process = os.getpid()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lends a connection; commits at the end of the block, rolls back when it raises."""
        connection = self._take()
        try:
            yield connection
            connection.commit()
        except BaseException:
            self._roll_back(connection)
            raise
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Closes the connections that are not lent."""
        with self._condition:
            free, self._free = self._free, []
        for connection, _ in free:
            connection.close()

    def snapshot(self) -> Dict[str, Any]:
        with self._condition:
            return {"size": self.size, "in_use": self._in_use, "free": len(self._free)}

    def _take(self) -> sqlite3.Connection:
        started = time.monotonic()
        waited = False
        with self._condition:
            if self._process != os.getpid():
                # A connection must not be used on both sides of a fork.
                self._free, self._in_use, self._process = [], 0, os.getpid()
            self._close_idle()
            while not self._free and self._in_use >= self.size:
                waited = True
                left = started + self.wait - time.monotonic()
                if left <= 0 or not self._condition.wait(left):
                    _meters[self.name].add(timeouts=1, waits=1, wait_seconds=self.wait)
                    raise PoolTimeoutError(
                        f"All {self.size} connections of {self.name!r} stayed in use for {self.wait} s."
                    )
            self._in_use += 1
            kept = self._free.pop()[0] if self._free else None
        if waited:
            _meters[self.name].add(waits=1, wait_seconds=time.monotonic() - started)
        if kept is not None:
            return kept
        try:
            return connect(self.name, check_same_thread=False)
        except BaseException:
            with self._condition:
                self._in_use -= 1
                self._condition.notify()
            raise

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._condition:
            self._in_use -= 1
            if self._is_open(connection):
                self._free.append((connection, time.monotonic()))
            self._condition.notify()

    def _close_idle(self) -> None:
        limit = time.monotonic() - self.idle
        while self._free and self._free[0][1] < limit:
            self._free.pop(0)[0].close()

    @staticmethod
    def _is_open(connection: sqlite3.Connection) -> bool:
        try:
            return connection.total_changes >= 0
        except sqlite3.ProgrammingError:
            return False  # closed by its user

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        try:
            connection.rollback()
        except sqlite3.Error as error:
            _log.debug("A connection could not be rolled back: %s", error)


_pools: Dict[str, Pool] = {}
_pools_lock = threading.Lock()


def pool(name: str) -> Pool:
    """The one pool of a database in this process."""
    with _pools_lock:
        found = _pools.get(name)
        if found is None:
            found = _pools[name] = Pool(name, size=@POOL_SIZE@, wait=@POOL_WAIT@, idle=@POOL_IDLE@)
        return found
`;
