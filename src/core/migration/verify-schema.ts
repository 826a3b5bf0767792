import { loadEngine } from '../engine';
import { ddlFingerprint } from '../plan/ddl-rename';
import type { ResolvedTarget } from '../plan/resolved';
import type { VerificationCheck } from '../results';
import type { DatabaseSchema } from '../sqlite/schema/schema-table';
import { isOperator, sqlTokens } from '../sqlite/sql-tokens';
import type { LegacyImages } from './legacy-images';

/** An object as `sqlite_schema` has it. */
interface StoredObject {
  readonly type: string;
  readonly name: string;
  readonly tableName: string;
  readonly sql: string | null;
}

/**
 * Every table, index, trigger and view that the plan promises is there, and says what the plan says: the statements are
 * run once more, in an empty database, and what SQLite keeps of them is compared word for word.
 */
export async function verifySchema(
  target: ResolvedTarget,
  schema: DatabaseSchema,
  legacy: LegacyImages,
): Promise<VerificationCheck[]> {
  const there = new Map(schema.objects.map((object) => [`${object.type} ${object.name}`, object]));
  const promised = await promisedObjects(target);
  const missing = promised.filter(({ type, name }) => !there.has(`${type} ${name}`));
  const changed = promised.filter((object) => {
    const stored = there.get(`${object.type} ${object.name}`);
    return stored !== undefined && !sameObject(object, stored);
  });
  const shadows = await changedShadows(target, there, legacy);
  const list = (what: string, objects: readonly { readonly name: string }[]) =>
    objects.length > 0 ? [`${what}: ${objects.map(({ name }) => name).join(', ')}`] : [];
  const wrong = [...list('missing', missing), ...list('other than planned', [...changed, ...shadows])];
  return [
    {
      name: `${target.name}: tables, indexes, triggers and views`,
      ok: wrong.length === 0,
      expected: String(promised.length),
      actual: wrong.length === 0 ? String(promised.length) : wrong.join('; '),
      target: target.name,
    },
  ];
}

function sameObject(planned: StoredObject, stored: StoredObject): boolean {
  if (planned.tableName !== stored.tableName) return false;
  if (planned.sql === stored.sql) return true;
  // The engine that has a module keeps its statement in a form of its own: without IF NOT EXISTS.
  const virtual = /^\s*CREATE\s+VIRTUAL\s/i;
  if (planned.sql === null || stored.sql === null || !virtual.test(planned.sql)) return false;
  return comparable(planned.sql) === comparable(stored.sql);
}

const comparable = (sql: string) => ddlFingerprint(sql).replace(' if not exists ', ' ').replace(/ ?;$/, '');

async function promisedObjects(target: ResolvedTarget): Promise<StoredObject[]> {
  const engine = await loadEngine();
  const database = new engine.Database();
  try {
    const ordinary = target.tables.filter(({ kind }) => kind === 'table');
    for (const { sql } of ordinary) database.run(sql);
    for (const { indexes } of ordinary) for (const { sql } of indexes) database.run(sql);
    for (const { sql } of target.after) database.run(sql);
    for (const { sql, triggers = [] } of target.views) {
      database.run(sql);
      for (const trigger of triggers) database.run(trigger.sql);
    }
    for (const { sql } of target.expiry ?? []) database.run(sql);
    const [rows] = database.exec(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    return [
      ...(rows?.values ?? []).map(([type, name, tableName, sql]) => ({
        type: String(type),
        name: String(name),
        tableName: String(tableName),
        sql: sql === null ? null : String(sql),
      })),
      ...target.tables
        .filter(({ kind }) => kind === 'virtual')
        .map(({ name, sql }) => ({ type: 'table', name, tableName: name, sql })),
    ];
  } finally {
    database.close();
  }
}

/** Shadow tables of a virtual table that was moved: the same columns as in the legacy database. */
async function changedShadows(
  target: ResolvedTarget,
  there: ReadonlyMap<string, StoredObject>,
  legacy: LegacyImages,
): Promise<{ readonly name: string }[]> {
  const changed: { name: string }[] = [];
  for (const table of target.tables.filter(({ kind }) => kind === 'virtual')) {
    const [source, ...others] = table.sources.filter(({ database }) => legacy.holds(database));
    if (!source || others.length > 0) continue;
    const { schema } = await legacy.open(source.database);
    for (const shadow of schema.tables.filter(({ shadowOf }) => shadowOf === source.table)) {
      const name = table.name + shadow.name.slice(source.table.length);
      const stored = there.get(`table ${name}`);
      // A table that was built anew may need others than its source did.
      if (stored?.sql && columnsOf(stored.sql) !== columnsOf(shadow.sql)) changed.push({ name });
    }
  }
  return changed;
}

/** What stands behind the name of a table. */
function columnsOf(sql: string): string {
  const tokens = sqlTokens(sql);
  const start = tokens[tokens.findIndex((token) => isOperator(token, '('))]?.start ?? 0;
  return sql.slice(start).trim();
}
