import { closeSync, mkdirSync, openSync, statSync, utimesSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/core/migration/backup';
import { LegacyWatch } from '../../../src/core/migration/legacy-watch';
import { snapshotDatabase } from '../../../src/core/sqlite/image/snapshot';
import { python, temporaryWorkspace } from '../../support/workspace';

const WRITE = (statement: string, mode: string) => `
import os, sqlite3
db = sqlite3.connect("a.db", isolation_level=None)
db.execute("PRAGMA journal_mode = ${mode}")
db.execute("PRAGMA wal_autocheckpoint = 0")
db.execute("${statement}")
${mode === 'WAL' ? 'os._exit(0)' : 'db.close()'}
`;

async function legacy(mode: string): Promise<string> {
  const workspace = temporaryWorkspace();
  python(workspace, WRITE('CREATE TABLE t(x)', mode === 'WAL' ? 'DELETE' : mode));
  if (mode === 'WAL') {
    // In WAL mode and closed as it should be: no -wal is left.
    python(
      workspace,
      'import sqlite3; db = sqlite3.connect("a.db"); db.execute("PRAGMA journal_mode = WAL"); db.close()',
    );
  }
  return workspace;
}

/** Begins to watch, backs the database up, and returns how it is found after that. */
async function watched(workspace: string): Promise<() => Promise<[boolean, string][]>> {
  const watch = await LegacyWatch.begin(workspace, ['a.db']);
  mkdirSync(path.join(workspace, 'backup'));
  const { files } = await snapshotDatabase(path.join(workspace, 'a.db'), path.join(workspace, 'backup'));
  const inWorkspace = files.map((file) => ({
    ...file,
    path: path.relative(workspace, file.source),
    copy: path.relative(workspace, file.copy),
  }));
  const manifest: Manifest = { version: 1, run: 'run', databases: [{ path: 'a.db', files: inWorkspace }] };
  return async () => (await watch.end(manifest)).map(({ ok, actual }) => [ok, actual]);
}

/** Until the time stamps are older than the coarsest clock of a file system. */
const later = () => new Promise((resolve) => setTimeout(resolve, 2100));

describe('legacy databases while a migration runs', () => {
  it.each(['DELETE', 'WAL'])('are unchanged where nobody writes, and changed where one does: %s', async (mode) => {
    const workspace = await legacy(mode);
    await later();
    const states = await watched(workspace);
    expect(await states()).toEqual([[true, 'unchanged']]);
    python(workspace, WRITE('INSERT INTO t VALUES (1)', mode));
    expect(await states()).toEqual([[false, 'changed']]);
  });

  it('are compared by their bytes where they were written just before', async () => {
    const workspace = await legacy('DELETE');
    const states = await watched(workspace);
    expect(await states()).toEqual([[true, 'unchanged']]);
    python(workspace, WRITE('INSERT INTO t VALUES (1)', 'DELETE'));
    expect(await states()).toEqual([[false, 'changed']]);
  });

  it('are compared by their bytes where the time was set back', async () => {
    const workspace = await legacy('DELETE');
    await later();
    const states = await watched(workspace);
    const file = path.join(workspace, 'a.db');
    const { mtime } = statSync(file);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.from('x'), 0, 1, 8000);
    closeSync(handle);
    utimesSync(file, mtime, mtime);
    expect(await states()).toEqual([[false, 'changed']]);
  });

  it('are unchanged where only a time stamp is new', async () => {
    const workspace = await legacy('DELETE');
    await later();
    const states = await watched(workspace);
    utimesSync(path.join(workspace, 'a.db'), new Date(), new Date());
    expect(await states()).toEqual([[true, 'unchanged']]);
  });
});
