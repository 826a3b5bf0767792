import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import sqlite from 'node-sqlite3-wasm';

/** Makes one database file: `fill` is given the open database, inside a transaction. */
export function makeDatabase(file, fill) {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new sqlite.Database(file);
  try {
    // As SQLite itself has it by default: foreign keys are declared, not enforced.
    database.exec('PRAGMA foreign_keys = OFF');
    database.exec('BEGIN');
    fill(database);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

/**
 * Adds rows to a database in WAL mode and leaves them in its `-wal`, as a process does that is killed or still running: the
 * files are copied away before the connection closes and checkpoints them. Exclusive locking needs no shared memory.
 */
export function leaveRowsInWal(file, fill) {
  const working = `${file}.working`;
  copyFileSync(file, working);
  const database = new sqlite.Database(working);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA wal_autocheckpoint = 0');
    database.exec('BEGIN');
    fill(database);
    database.exec('COMMIT');
    copyFileSync(working, file);
    copyFileSync(`${working}-wal`, `${file}-wal`);
  } finally {
    database.close();
    for (const suffix of ['', '-wal', '-shm', '-journal', '.lock'])
      if (existsSync(working + suffix)) rmSync(working + suffix, { recursive: true });
  }
}

/** Inserts rows (arrays of values, in column order) with one prepared statement. */
export function insertRows(database, table, columns, rows) {
  const statement = database.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  try {
    for (const row of rows) statement.run(row);
  } finally {
    statement.finalize();
  }
}

/** Marks a finished file as in WAL mode without a log: bytes 18 and 19 of the header (file format, section 1.3.3). */
export function markWriteAheadLog(file) {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, Uint8Array.of(2, 2), 0, 2, 18);
  } finally {
    closeSync(handle);
  }
}
