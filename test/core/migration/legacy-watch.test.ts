import { mkdirSync, utimesSync } from 'node:fs';
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

async function watched(mode: string): Promise<{ readonly workspace: string; readonly watch: LegacyWatch }> {
  const workspace = temporaryWorkspace();
  python(workspace, WRITE('CREATE TABLE t(x)', mode === 'WAL' ? 'DELETE' : mode));
  if (mode === 'WAL') {
    // In WAL mode and closed as it should be: no -wal is left.
    python(
      workspace,
      'import sqlite3; db = sqlite3.connect("a.db"); db.execute("PRAGMA journal_mode = WAL"); db.close()',
    );
  }
  mkdirSync(path.join(workspace, 'backup'));
  const { files } = await snapshotDatabase(path.join(workspace, 'a.db'), path.join(workspace, 'backup'));
  const manifest: Manifest = {
    version: 1,
    run: 'run',
    databases: [
      {
        path: 'a.db',
        files: files.map((file) => ({
          ...file,
          path: path.relative(workspace, file.source),
          copy: path.relative(workspace, file.copy),
        })),
      },
    ],
  };
  return { workspace, watch: new LegacyWatch(workspace, manifest) };
}

const states = async (watch: LegacyWatch) => (await watch.end()).map(({ ok, actual }) => [ok, actual]);

describe('legacy databases while a migration runs', () => {
  it.each(['DELETE', 'WAL'])('are unchanged where nobody writes, and changed where one does: %s', async (mode) => {
    const { workspace, watch } = await watched(mode);
    // As if it had not been written only now.
    utimesSync(path.join(workspace, 'a.db'), new Date(2020, 1, 1), new Date(2020, 1, 1));
    await new Promise((resolve) => setTimeout(resolve, 120));
    await watch.begin();
    expect(await states(watch)).toEqual([[true, 'unchanged']]);
    python(workspace, WRITE('INSERT INTO t VALUES (1)', mode));
    expect(await states(watch)).toEqual([[false, 'changed']]);
  });

  it('are compared again where they were written just before', async () => {
    const { workspace, watch } = await watched('DELETE');
    await watch.begin();
    python(workspace, WRITE('INSERT INTO t VALUES (1)', 'DELETE'));
    expect(await states(watch)).toEqual([[false, 'changed']]);
  });
});
