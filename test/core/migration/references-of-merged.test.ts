import { describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import { makeDatabase, query, temporaryWorkspace, writeText } from '../../support/workspace';

const SCHEMA = `
  CREATE TABLE apples(id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE pears(id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE picks(id INTEGER PRIMARY KEY, pear INTEGER REFERENCES pears(id), apple INTEGER REFERENCES apples(id), any INTEGER);
  INSERT INTO apples VALUES (1, 'apple 1'), (2, 'apple 2'), (3, 'apple 3');
  INSERT INTO pears VALUES (1, 'pear 1'), (2, 'pear 2');
  INSERT INTO picks VALUES (1, 1, 3, 1), (2, 2, NULL, 2);`;

function workspaceWith(apples: string, relations: Record<string, string>): string {
  const workspace = temporaryWorkspace();
  makeDatabase(workspace, 'fruit.db', SCHEMA);
  const tables = {
    apples: { to: 'all.fruits', keys: apples },
    pears: { to: 'all.fruits', keys: 'renumber' },
    picks: { to: 'all.picks' },
  };
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'fruit',
      targets: { all: { path: 'data/all.db' } },
      relations,
      sources: { 'fruit.db': { action: 'merge', tables } },
    }),
  );
  return workspace;
}

it('a column that refers to rows of other databases with new ids is left to a person', async () => {
  const workspace = temporaryWorkspace();
  for (const name of ['a', 'b'])
    makeDatabase(
      workspace,
      `${name}.db`,
      `CREATE TABLE fruits(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO fruits VALUES (1, '${name}')`,
    );
  makeDatabase(
    workspace,
    'c.db',
    'CREATE TABLE picks(id INTEGER PRIMARY KEY, fruit INTEGER); INSERT INTO picks VALUES (1, 1)',
  );
  const fruits = (keys: string) => ({ action: 'merge', tables: { fruits: { to: 'all.fruits', keys } } });
  const planWith = (keys: string) =>
    JSON.stringify({
      version: 1,
      name: 'fruit',
      targets: { all: { path: 'data/all.db' } },
      relations: { 'all.picks.fruit': 'all.fruits.id' },
      sources: {
        'a.db': fruits('keep'),
        'b.db': fruits(keys),
        'c.db': { action: 'merge', tables: { picks: { to: 'all.picks' } } },
      },
    });
  writeText(workspace, 'consolidation.jsonc', planWith('renumber'));
  const { findings } = await createPipeline().check({ workspace });
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, database }) => [code, database])).toEqual([['RELATION_AMBIGUOUS', 'c.db']]);
});

describe('two tables of one database that become one', () => {
  it.each(['keep', 'renumber'])('are referred to as before, each by its own ids: %s', async (apples) => {
    const workspace = workspaceWith(apples, {});
    const result = await createPipeline().migrate({ workspace, mode: 'full' });
    expect(result.error).toBeUndefined();
    const names = (file: string, one: string, two: string) =>
      query(
        workspace,
        file,
        `SELECT p.name, a.name FROM picks LEFT JOIN ${two} p ON p.id = pear LEFT JOIN ${one} a ON a.id = apple ORDER BY picks.id`,
      );
    expect(names('data/all.db', 'fruits', 'fruits')).toEqual(names('fruit.db', 'apples', 'pears'));
  });

  it('leave a column without a foreign key to a person', async () => {
    const workspace = workspaceWith('keep', { 'all.picks.any': 'all.fruits.id' });
    const { ok, findings } = await createPipeline().check({ workspace });
    expect(ok).toBe(false);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'RELATION_AMBIGUOUS',
    ]);
  });

  it('leave a reference that leads nowhere without a row, however its column is written', async () => {
    const workspace = temporaryWorkspace();
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)';
    makeDatabase(
      workspace,
      'fruit.db',
      `CREATE TABLE apples(id INTEGER PRIMARY KEY, name TEXT);
       CREATE TABLE pears(id INTEGER PRIMARY KEY, name TEXT);
       CREATE TABLE plums(id INTEGER PRIMARY KEY, name TEXT);
       CREATE TABLE picks(id INTEGER PRIMARY KEY, "Pear" INTEGER, FOREIGN KEY (pear) REFERENCES PEARS(id));
       INSERT INTO apples VALUES (1, 'apple');
       INSERT INTO pears VALUES (1, 'pear');
       INSERT INTO plums ${numbers} SELECT i, 'plum ' || i FROM n;
       INSERT INTO picks VALUES (1, 1), (2, 50);`,
    );
    const renumbered = { to: 'all.fruits', keys: 'renumber' };
    const tables = { apples: renumbered, pears: renumbered, plums: renumbered, picks: { to: 'all.picks' } };
    writeText(
      workspace,
      'consolidation.jsonc',
      JSON.stringify({
        version: 1,
        name: 'fruit',
        targets: { all: { path: 'data/all.db' } },
        sources: { 'fruit.db': { action: 'merge', tables } },
      }),
    );
    const result = await createPipeline().migrate({ workspace, mode: 'full' });
    expect(result.error).toBeUndefined();
    const names = (file: string, table: string) =>
      query(workspace, file, `SELECT f.name FROM picks LEFT JOIN ${table} f ON f.id = pear ORDER BY picks.id`);
    expect(names('data/all.db', 'fruits')).toEqual(names('fruit.db', 'pears'));
  });
});
