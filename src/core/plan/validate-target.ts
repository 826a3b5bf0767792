import type { Engine, EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { Plan } from './definition';
import { parseCreateTable } from './ddl';
import { indexParts } from './ddl-rename';
import { foldName, tokenName, sqlTokens } from '../sqlite/sql-tokens';
import { mentionedNames } from './dependents';
import type { PlanPath } from './locate';
import { mayNameOwnFunctions } from './program-names';
import type { Reporter } from './reporter';
import type { ResolvedTable, ResolvedTarget } from './resolved';

/**
 * Tables in one scratch database. SQLite looks through the whole schema for each object that is created, so that one
 * database with thousands of tables would take minutes.
 */
const BATCH = 50;

/**
 * Lets SQLite create the target without rows, so that what it refuses is found before anything is written.
 * @param known tables whose statements SQLite has taken before; they need no second look
 */
export function validateTarget(
  engine: Engine,
  target: ResolvedTarget,
  plan: Plan,
  known: ReadonlySet<string>,
  reporter: Reporter,
): void {
  new Validation(engine, target, plan, known, reporter).run();
}

const OWN_NAME =
  'Only the program that registers it can use the table: keep its database as it is ("action": "keep"), or supply a unified DDL without it ("schema").';

interface Checked {
  readonly sql: string;
  readonly what: string;
  readonly table?: string;
  readonly at?: PlanPath;
  readonly code?: 'CHECK_INVALID';
}

class Validation {
  private readonly at: PlanPath;
  private readonly tables: ReadonlyMap<string, ResolvedTable>;

  constructor(
    private readonly engine: Engine,
    private readonly target: ResolvedTarget,
    private readonly plan: Plan,
    private readonly known: ReadonlySet<string>,
    private readonly reporter: Reporter,
  ) {
    this.at = ['targets', target.name];
    this.tables = new Map(target.tables.map((table) => [foldName(table.name), table]));
  }

  run(): void {
    const { target } = this;
    const viewsOf = new Map<string, Checked[]>();
    for (const view of target.views) {
      const known = viewsOf.get(view.table) ?? [];
      known.push({ sql: view.sql, what: `the compatibility view ${view.name}`, table: view.table });
      for (const trigger of view.triggers ?? [])
        known.push({ sql: trigger.sql, what: `the trigger ${trigger.name}`, table: view.table });
      viewsOf.set(view.table, known);
    }
    for (const batch of batches(target.tables.filter((table) => !this.known.has(table.name) || this.isSuspect(table))))
      this.inScratch((scratch) => {
        for (const table of batch) {
          // What hangs on it would be refused for its sake.
          if (!this.create(scratch, table, true)) continue;
          for (const index of table.indexes)
            this.attempt(scratch, { sql: index.sql, what: `the index ${index.name}`, table: table.name });
          for (const view of viewsOf.get(table.name) ?? []) this.attempt(scratch, view);
        }
      });
    this.dependents();
    this.foreignKeys();
  }

  /** Legacy databases may use functions and collations of their programs, which nobody else can fill or check. */
  private isSuspect(table: ResolvedTable): boolean {
    return [table.sql, ...table.indexes.map(({ sql }) => sql)].some((sql) => mayNameOwnFunctions(this.engine, sql));
  }

  /** Views and triggers, and the plan's checks, each with the tables and views that it mentions. */
  private dependents(): void {
    const { target, plan } = this;
    const items: Checked[] = [
      ...target.after.map((item) => ({ sql: item.sql, what: `the ${item.kind} ${item.name}` })),
      ...(target.expiry ?? []).map((item) => ({ sql: item.sql, what: `the trigger ${item.name}` })),
      ...(plan.checks ?? []).flatMap((check, index): Checked[] =>
        check.target === target.name
          ? [
              {
                sql: `EXPLAIN ${check.sql}`,
                what: `the check ${JSON.stringify(check.name)}`,
                at: ['checks', index, 'sql'],
                code: 'CHECK_INVALID',
              },
            ]
          : [],
      ),
    ];
    const views = new Map([
      ...target.after.filter(({ kind }) => kind === 'view').map((view) => [foldName(view.name), view.sql] as const),
      ...target.views.map((view) => [foldName(view.name), view.sql] as const),
    ]);
    for (const batch of batches(items))
      this.inScratch((scratch) => {
        const mentioned = new Set<string>();
        const needed = new Set<string>();
        const visit = (sql: string): void => {
          for (const name of mentionedNames(sql)) {
            if (mentioned.has(name)) continue;
            mentioned.add(name);
            const view = views.get(name);
            if (view !== undefined) {
              visit(view);
              needed.add(view);
            }
          }
        };
        for (const item of batch) visit(item.sql);
        for (const name of mentioned) {
          const table = this.tables.get(name);
          if (table) this.create(scratch, table, false);
        }
        const own = new Set(batch.map((item) => item.sql));
        for (const view of needed) if (!own.has(view)) attempt(scratch, view);
        for (const item of batch) this.attempt(scratch, item);
      });
  }

  /** @returns false when SQLite refuses it */
  private create(scratch: EngineDatabase, table: ResolvedTable, report: boolean): boolean {
    // The engine has no full-text module; columns are all that views and triggers need to see.
    const sql =
      table.kind === 'virtual'
        ? `CREATE TABLE ${quoteIdentifier(table.name)} (${uniqueColumns([...table.columns, table.name, 'rank'])
            .map(quoteIdentifier)
            .join(', ')})`
        : table.sql;
    if (!report) return attempt(scratch, sql) === undefined;
    return this.attempt(scratch, { sql, what: `the table ${table.name}`, table: table.name });
  }

  private attempt(scratch: EngineDatabase, { sql, what, table, at = this.at, code }: Checked): boolean {
    const reason = attempt(scratch, sql);
    if (reason === undefined) return true;
    const { name } = this.target;
    if (code)
      this.reporter.error(code, at, `${capitalized(what)} cannot be run on ${name}: ${reason}. Correct its SQL.`, {
        details: { sql, reason },
      });
    else
      this.reporter.error(
        'SCHEMA_INVALID',
        at,
        `SQLite refuses ${what} of ${name}: ${reason}. ${/^no such (function|collation)/.test(reason) ? OWN_NAME : 'Correct the plan, or supply the unified DDL ("schema").'}`,
        {
          table,
          details: { target: name, sql, reason },
        },
      );
    return false;
  }

  /** A parent's columns must be its key or UNIQUE (https://sqlite.org/foreignkeys.html#fk_indexes). */
  private foreignKeys(): void {
    const unique = new Map<string, readonly string[][]>();
    for (const table of this.target.tables)
      for (const key of table.foreignKeys ?? []) {
        const parent = this.tables.get(foldName(key.table));
        if (!parent) continue;
        const known = unique.get(parent.name) ?? uniqueKeys(parent);
        unique.set(parent.name, known);
        const wanted = key.references.map(foldName).sort().join('\0');
        if (known.some((columns) => columns.map(foldName).sort().join('\0') === wanted)) continue;
        this.reporter.warning(
          'FOREIGN_KEY_MISMATCH',
          this.at,
          `${this.target.name}.${table.name} (${key.columns.join(', ')}) refers to ${parent.name} (${key.references.join(', ')}), which is neither its key nor UNIQUE, so that SQLite cannot enforce it.`,
          { table: table.name, details: { target: this.target.name, parent: parent.name, columns: key.columns } },
        );
      }
  }

  private inScratch(use: (scratch: EngineDatabase) => void): void {
    const scratch = new this.engine.Database();
    try {
      scratch.run('BEGIN');
      use(scratch);
    } finally {
      scratch.close();
    }
  }
}

/** Sets of columns that no two rows share: the key, UNIQUE constraints, and UNIQUE indexes on plain columns of all rows. */
function uniqueKeys(table: ResolvedTable): string[][] {
  const definition = table.kind === 'table' ? parseCreateTable(table.sql) : undefined;
  const constraints = definition
    ? [...definition.constraints, ...definition.columns.flatMap((column) => column.constraints)]
    : [];
  const keys = constraints
    .filter(({ kind }) => kind === 'unique' || kind === 'primary-key')
    .map(({ columns }) => [...columns]);
  for (const index of table.indexes) {
    const parts = indexParts(index.sql);
    if (!parts?.unique || parts.rest !== '') continue;
    const columns = sqlTokens(parts.key).filter((token) => token.kind === 'word' || token.kind === 'quoted');
    if (parts.key.split(',').length === columns.length) keys.push(columns.map(tokenName));
  }
  return keys;
}

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, number) =>
    items.slice(number * BATCH, (number + 1) * BATCH),
  );
}

function uniqueColumns(columns: readonly string[]): string[] {
  return [...new Map([...columns].reverse().map((column) => [foldName(column), column])).values()].reverse();
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function attempt(scratch: EngineDatabase, sql: string): string | undefined {
  try {
    scratch.run(sql);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
