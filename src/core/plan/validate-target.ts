import type { Engine, EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { Plan } from './definition';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import type { ResolvedTarget } from './resolved';

/** Lets SQLite create the target without rows, so that what it refuses is found before anything is written. */
export function validateTarget(engine: Engine, target: ResolvedTarget, plan: Plan, reporter: Reporter): void {
  const scratch = new engine.Database();
  const at: PlanPath = ['targets', target.name];
  const run = (sql: string, what: string, place: PlanPath = at, table?: string): void => {
    const error = attempt(scratch, sql);
    if (error !== undefined)
      reporter.error(
        'SCHEMA_INVALID',
        place,
        `SQLite refuses ${what} of ${target.name}: ${error}. Correct the plan, or supply the unified DDL ("schema").`,
        { table, details: { target: target.name, sql, reason: error } },
      );
  };
  try {
    scratch.run('BEGIN');
    for (const table of target.tables) {
      // The engine has no full-text module; columns are all that views and triggers need to see.
      if (table.kind === 'virtual')
        run(
          `CREATE TABLE ${quoteIdentifier(table.name)} (${[...new Set([...table.columns, 'rank'])].map(quoteIdentifier).join(', ')})`,
          `the virtual table ${table.name}`,
          at,
          table.name,
        );
      else run(table.sql, `the table ${table.name}`, at, table.name);
    }
    for (const table of target.tables)
      for (const index of table.indexes) run(index.sql, `the index ${index.name}`, at, table.name);
    for (const table of target.tables) {
      if ((table.foreignKeys ?? []).length === 0) continue;
      // On empty tables it finds nothing but keys that lead to columns that are not unique.
      const error = attempt(scratch, `PRAGMA foreign_key_check(${quoteIdentifier(table.name)})`);
      if (error !== undefined)
        reporter.warning(
          'FOREIGN_KEY_MISMATCH',
          at,
          `A foreign key of ${target.name}.${table.name} leads to columns that are not unique, so that SQLite cannot enforce it: ${error}.`,
          { table: table.name, details: { target: target.name, reason: error } },
        );
    }
    for (const item of target.after) run(item.sql, `the ${item.kind} ${item.name}`);
    for (const view of target.views) {
      run(view.sql, `the compatibility view ${view.name}`, at, view.table);
      for (const trigger of view.triggers ?? []) run(trigger.sql, `the trigger ${trigger.name}`, at, view.table);
    }
    plan.checks?.forEach((check, index) => {
      if (check.target !== target.name) return;
      const error = attempt(scratch, `EXPLAIN ${check.sql}`);
      if (error !== undefined)
        reporter.error(
          'CHECK_INVALID',
          ['checks', index, 'sql'],
          `The check ${JSON.stringify(check.name)} cannot be run on ${target.name}: ${error}. Correct its SQL.`,
          { details: { sql: check.sql } },
        );
    });
  } finally {
    scratch.close();
  }
}

function attempt(scratch: EngineDatabase, sql: string): string | undefined {
  try {
    scratch.run(sql);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
