import { describe, expect, it } from 'vitest';
import type { Reference, ReferencesResult } from '../../../src/core/references/reference';
import { scanReferences } from '../../../src/core/references/scan';
import { temporaryWorkspace, writeText } from '../../support/workspace';

const FILES = 70;
const DATABASES = [{ path: 'data/app.db', tables: ['users', 'events'] }];

/** Files that each open the database by a path of another one, and ask for a table. */
function workspaceOfMany(): string {
  const workspace = temporaryWorkspace({
    'paths.py': 'from pathlib import Path\nDB = Path(__file__).parent / "data" / "app.db"\n',
    'config.yaml': 'database: data/app.db\n',
  });
  for (let number = 0; number < FILES; number++)
    writeText(
      workspace,
      `part/file${String(number).padStart(2, '0')}.py`,
      `import sqlite3\nfrom paths import DB\nconnection = sqlite3.connect(DB)\nrows = connection.execute("SELECT * FROM users")\n`,
    );
  return workspace;
}

const place = ({ file, line, column, database, table }: Reference) => [file, line, column, database, table].join(' ');

async function scan(workspace: string, signal?: AbortSignal, onFound?: (found: ReferencesResult) => void) {
  return scanReferences({ workspace, databases: DATABASES, signal, onFound });
}

describe('a first search tells what it finds', () => {
  it('while it goes on, more each time, and all of it is in the result', async () => {
    const told: ReferencesResult[] = [];
    const workspace = workspaceOfMany();
    const result = await scan(workspace, undefined, (found) => told.push(found));
    const filesOf = ({ references }: ReferencesResult) => new Set(references.map(({ file }) => file)).size;
    expect(told.length).toBeGreaterThanOrEqual(2);
    for (const [index, found] of told.entries())
      expect(filesOf(found)).toBeLessThan(filesOf(told[index + 1] ?? result));
    // Files that only configure are told of as soon as they are read.
    for (const { references } of told) expect(references.map(({ file }) => file)).toContain('config.yaml');
    const all = new Set(result.references.map(place));
    for (const { references } of told) expect(references.filter((each) => !all.has(place(each)))).toEqual([]);
  });

  it('before all files are read', async () => {
    // The grammar is there: what is found does not wait for it.
    await scan(workspaceOfMany());
    const workspace = workspaceOfMany();
    for (let number = 0; number < 1000; number++) writeText(workspace, `rest/file${number}.py`, 'count = 1\n');
    const read: number[] = [];
    const result = await scan(workspace, undefined, ({ filesScanned }) => read.push(filesScanned));
    expect(read[0]).toBeLessThan(result.filesScanned / 2);
  });

  it('and finds the same as without telling; after that only what is asked for', async () => {
    const [one, other] = [workspaceOfMany(), workspaceOfMany()];
    let told = 0;
    const first = await scan(one, undefined, () => told++);
    const { references } = await scan(other);
    expect(first.references).toEqual(references);
    told = 0;
    writeText(one, 'part/file00.py', 'import sqlite3\nconnection = sqlite3.connect("data/app.db")\n');
    await scan(one, undefined, () => told++);
    expect(told).toBe(0);
  });

  it('and can be cancelled after the first part', async () => {
    const controller = new AbortController();
    await expect(scan(workspaceOfMany(), controller.signal, () => controller.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('and what changes after a cancel is not missed', async () => {
    const workspace = workspaceOfMany();
    const controller = new AbortController();
    const cancelled = scanReferences({
      workspace,
      databases: DATABASES,
      signal: controller.signal,
      // All files are read and parsed by then.
      progress: ({ message }) => message === 'Following paths' && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    writeText(workspace, 'part/file00.py', 'import sqlite3\nconnection = sqlite3.connect("data/app.db")\n');
    const changed = ['part/file00.py'];
    const { references } = await scanReferences({ workspace, databases: DATABASES, changed });
    expect(references.filter(({ file }) => file === changed[0]).map(({ kind, line }) => [kind, line])).toEqual([
      ['path', 2],
    ]);
  });
});
