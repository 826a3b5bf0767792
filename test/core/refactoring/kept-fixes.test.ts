import { expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { makeDatabase, temporaryWorkspace, writeText } from '../../support/workspace';

/** So many that one search is not ready when the next one begins. */
const FILES = 300;

const SOURCE = (constant: string) =>
  `import sqlite3\n${constant} = "data/app.db"\nrows = sqlite3.connect(${constant}).execute("SELECT * FROM users")\n`;

function workspaceOf(files: number): string {
  const workspace = temporaryWorkspace();
  makeDatabase(workspace, 'data/app.db', 'CREATE TABLE users(id INTEGER PRIMARY KEY);');
  const plan = {
    version: 1,
    name: 'kept',
    targets: { core: { path: 'data/core.db' } },
    sources: { 'data/app.db': { action: 'merge', tables: { users: { to: 'core.people' } } } },
    access: { python: { module: 'databases' } },
  };
  writeText(workspace, 'consolidation.jsonc', JSON.stringify(plan));
  for (let number = 0; number < files; number++) writeText(workspace, `part/file${number}.py`, SOURCE('PATH'));
  return workspace;
}

it('searches of one workspace at the same time give the fixes that each gives alone', async () => {
  const workspace = workspaceOf(FILES);
  const edited = { 'part/file99.py': `# another line\n${SOURCE('FILE')}` };
  const alone = async (documents: Record<string, string>) =>
    (await createPipeline().references({ workspace: workspaceOf(FILES), documents })).references;
  const pipeline = createPipeline();
  const [first, second, third] = await Promise.all([
    pipeline.references({ workspace }),
    pipeline.references({ workspace, documents: edited }),
    pipeline.references({ workspace }),
  ]);
  expect(first.references.filter(({ fix }) => fix).length).toBe(2 * FILES);
  expect(first.references).toEqual(await alone({}));
  expect(second.references).toEqual(await alone(edited));
  expect(third.references).toEqual(first.references);
});

it('while the fixes of an edited file are looked for, those of the others are told as they were', async () => {
  const workspace = workspaceOf(5);
  const pipeline = createPipeline();
  const before = await pipeline.references({ workspace });
  const early: ReferencesResult[] = [];
  const documents = { 'part/file3.py': `# another line\n${SOURCE('FILE')}` };
  const after = await pipeline.references({
    workspace,
    documents,
    changed: [],
    onReferences: (found) => early.push(found),
  });
  expect(early.map(({ fixesPending }) => fixesPending)).toEqual([['part/file3.py']]);
  const others = (references: ReferencesResult['references']) =>
    references.filter(({ file }) => file !== 'part/file3.py');
  expect(others(early[0]!.references)).toEqual(others(before.references));
  expect(others(after.references)).toEqual(others(before.references));
  expect(early[0]!.references.filter(({ fix }) => !fix).map(({ line }) => line)).toEqual([3, 4]);
  expect(after.references.every(({ fix }) => fix)).toBe(true);
});
