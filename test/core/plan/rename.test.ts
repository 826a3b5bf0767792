import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteIdentifier as q } from '../../../src/core/identifiers';
import { checkPlan } from '../../../src/core/plan/check';
import { parsePlan } from '../../../src/core/plan/read';
import { inventoryFromSql } from './inventory-from-sql';

/** Old names that are words, parts of one another, columns, strings and comments as well; new names that would harm. */
const PAIRS: readonly (readonly [parent: string, child: string, newParent: string, newChild: string])[] = [
  ['item', 'item_note', 'roadmap_item', 'roadmap_note'],
  ['order', 'group', 'select', 'table'],
  [`it's`, `a"b`, `"'; DROP TABLE x; --`, 'line\nbreak'],
  ['日本', 'é', '%s', '🙂'],
  ['x.y', 'x', 'x.y.z', '[x]'],
  ['parent', 'id', 'child', 'note'],
  ['A', 'b', 'a_', 'B_'],
];

/** A schema in which the old names stand everywhere: some stand for the table, others must stay. */
function schema(parent: string, child: string): { readonly sql: string; readonly names: readonly string[] } {
  const [p, c] = [q(parent), q(child)];
  return {
    names: ['by note', 'both', 'nested', 'touch', 'undo'],
    sql: `CREATE TABLE ${p} (id INTEGER PRIMARY KEY, ${p} TEXT DEFAULT ${literal(parent)}, note TEXT CHECK (note <> ${literal(parent)}), CHECK (${p}.id > 0)); -- ${parent.replaceAll('\n', ' ')}
      CREATE TABLE ${c} (pid INTEGER REFERENCES ${p}(id) ON DELETE CASCADE, ${c} TEXT, FOREIGN KEY (pid) REFERENCES ${p} /* ${parent.replaceAll('*/', '')} */ (id));
      CREATE INDEX "by note" ON ${c} (${c}) WHERE ${c} <> ${literal(child)};
      CREATE VIEW both AS SELECT ${p}.id, ${p}.${p}, k.${c} AS ${p} FROM ${p} JOIN ${c} AS k ON k.pid = ${p}.id WHERE ${p}.note <> ${literal(parent)};
      CREATE VIEW nested AS WITH ${q(`${parent} w`)} AS (SELECT * FROM ${p}) SELECT (SELECT count(*) FROM ${c} WHERE pid = w.id) AS n, ${literal(child)} AS s FROM ${q(`${parent} w`)} AS w;
      CREATE TRIGGER touch AFTER INSERT ON ${c} WHEN new.${c} <> ${literal(parent)} BEGIN UPDATE ${p} SET ${p} = ${literal(child)} WHERE id = new.pid; INSERT INTO ${p} (note) SELECT ${c} FROM ${c}; END;
      CREATE TRIGGER undo INSTEAD OF DELETE ON both BEGIN DELETE FROM ${c} WHERE pid = old.id; END;`,
  };
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Native SQLite (another version of it than the engine's) renames the tables itself; the statements as it stores them. */
function native(sql: string, renames: readonly (readonly [string, string])[]): Record<string, string> {
  const program = `
import json, sqlite3, sys
sql, renames = json.load(sys.stdin)
c = sqlite3.connect(":memory:")
c.executescript(sql)
for one, other in renames: c.execute('ALTER TABLE %s RENAME TO %s' % (one, other))
print(json.dumps(dict(c.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))))`;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify([sql, renames.map(([one, other]) => [q(one), q(other)])]),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

describe('a table that is renamed', () => {
  it.each(PAIRS)(
    '%j and %j become %j and %j in keys, indexes, views and triggers as ALTER TABLE RENAME does it',
    async (...pair) => {
      const [parent, child, newParent, newChild] = pair;
      const { sql, names } = schema(parent, child);
      const inventory = await inventoryFromSql({ 'a.db': sql });
      const plan = {
        version: 1,
        name: 'x',
        targets: { core: { path: 'core.db' } },
        sources: {
          'a.db': {
            action: 'merge',
            tables: { [parent]: { to: `core.${newParent}` }, [child]: { to: `core.${newChild}` } },
          },
        },
      };
      const { findings, resolved } = await checkPlan(parsePlan(JSON.stringify(plan)), inventory);
      expect(findings).toEqual([]);
      const [target] = resolved.targets;
      const ours: Record<string, string> = {};
      for (const table of target!.tables) {
        ours[table.name] = table.sql;
        for (const index of table.indexes) ours[index.name] = index.sql;
      }
      for (const item of target!.after) ours[item.name] = item.sql;
      const theirs = native(sql, [
        [parent, newParent],
        [child, newChild],
      ]);
      for (const name of [newParent, newChild, ...names]) expect([name, ours[name]]).toEqual([name, theirs[name]]);
    },
  );

  it.each(['rowid', '_rowid_', 'OID'])(
    'keeps its column %s, which SQLite does not rename, or is refused',
    async (name) => {
      const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, ${q(name)} TEXT); CREATE VIEW v AS SELECT ${q(name)} FROM t;`;
      const inventory = await inventoryFromSql({ 'data/a.db': sql });
      const plan = (columns: object) => ({
        version: 1,
        name: 'rename',
        targets: { all: { path: 'all.db' } },
        sources: { 'data/a.db': { action: 'merge', tables: { t: { to: 'all.u', columns } } } },
      });
      expect((await checkPlan(parsePlan(JSON.stringify(plan({}))), inventory)).findings).toEqual([]);
      const { findings } = await checkPlan(parsePlan(JSON.stringify(plan({ [name]: 'number' }))), inventory);
      expect(findings).toMatchObject([{ code: 'DEPENDENT_NOT_REWRITTEN', severity: 'error', table: 't' }]);
      expect(findings[0]!.message).toContain('Keep the name of that column');
    },
  );
});
