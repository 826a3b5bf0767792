import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Runs a program in a copy of the workspace and returns what it prints: native SQLite changes a WAL-mode file by merely
 * opening it, and a test must not.
 */
export function copyAndExecute(folder, program, ...args) {
  const copy = mkdtempSync(path.join(tmpdir(), 'workspace-copy-'));
  try {
    cpSync(folder, copy, { recursive: true });
    return execFileSync(program, args, { cwd: copy, encoding: 'utf8' }).trim();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Waits until a file holds a text: what the editor saves by itself is saved a moment after it was written. */
export async function holds(folder, file, text) {
  const absolute = path.join(folder, file);
  for (let turn = 0; !existsSync(absolute) || !readFileSync(absolute, 'utf8').includes(text); turn++) {
    if (turn >= 100) throw new Error(`${file} does not hold ${text}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** SHA-256 of every database of the workspace with its sidecars, without backups. */
export function databaseDigests(folder) {
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => /\.db(-wal|-shm|-journal)?$/.test(file))
    .filter((file) => !/backups|\.sqlite-consolidator/.test(file));
  const digest = (file) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, file)))
      .digest('hex');
  return Object.fromEntries(files.sort().map((file) => [file, digest(file)]));
}
