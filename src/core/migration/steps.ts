import type { StepSummary } from '../results';
import type { Sieve } from './refused-rows';
import type { SettledSieve } from './settled-rows';

/**
 * What a migration does, as data. The dry run prints these steps; the run executes exactly these and no others.
 * `database` and `path` are relative to the workspace.
 */
export type Step =
  | { readonly kind: 'snapshot'; readonly database: string; readonly bytes: number }
  | {
      readonly kind: 'create-target';
      readonly target: string;
      readonly path: string;
      readonly pragmas: readonly string[];
    }
  | { readonly kind: 'create-table'; readonly target: string; readonly table: string; readonly sql: string }
  | CopyStep
  /** Rows of several sources that share keys are gathered in a temporary table, then settled by the key policy. */
  | { readonly kind: 'gather'; readonly target: string; readonly table: string; readonly sql: string }
  | {
      readonly kind: 'settle';
      readonly target: string;
      readonly table: string;
      readonly sql: string;
      /** The unified table refuses some of the rows: they are put through one by one, in place of `sql`. */
      readonly sieve?: SettledSieve;
    }
  /** `INSERT` statements of a supplied DDL, after the legacy rows. */
  | { readonly kind: 'default-rows'; readonly target: string; readonly table: string; readonly sql: string }
  /** A virtual table, whose module the engine may lack: its row in `sqlite_schema`. */
  | { readonly kind: 'create-virtual'; readonly target: string; readonly table: string; readonly sql: string }
  /** A full-text table that is built anew, by the engine that has the module. */
  | { readonly kind: 'create-full-text'; readonly target: string; readonly table: string; readonly sql: string }
  /** Its index is made from the rows of the table that it reads its text from. */
  | { readonly kind: 'rebuild-full-text'; readonly target: string; readonly table: string; readonly sql: string }
  | {
      readonly kind: 'sequence';
      readonly target: string;
      readonly table: string;
      readonly database: string;
      readonly source: string;
      /** What renumbering adds to the keys of this source: a 64-bit integer as text. */
      readonly offset: string;
    }
  | {
      readonly kind: 'create-index' | 'create-trigger' | 'create-view';
      readonly target: string;
      readonly name: string;
      readonly sql: string;
    }
  | { readonly kind: 'verify'; readonly target: string }
  | { readonly kind: 'publish'; readonly target: string; readonly path: string; readonly replaces?: string };

/** A b-tree that is copied whole: by the name of its table or index in the legacy database and in the target. */
export interface Tree {
  readonly kind: 'table' | 'index';
  readonly from: string;
  readonly to: string;
}

/** One source into one table of a target. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly target: string;
  readonly table: string;
  readonly strategy: 'graft' | 'sql' | 'fts';
  readonly database: string;
  readonly source: string;
  /** `INSERT … SELECT` from the attached schema `legacy` into `main`; empty for a graft. */
  readonly sql: string;
  /** The unified table refuses rows of this source: the others are put through, these go into the quarantine table. */
  readonly sieve?: Sieve;
  /** What a graft copies. */
  readonly trees?: readonly Tree[];
  /** Rows of the legacy table. */
  readonly rows: number;
}

/** Number with thousands separated, the same on every machine. */
export const count = (value: number) => value.toLocaleString('en-US');

/** Bytes for people: `3.6 MB` (powers of 1000, as file managers show them). */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value >= 99.5 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** One line for people and the values behind it. */
export function summarizeStep(step: Step): StepSummary {
  switch (step.kind) {
    case 'snapshot':
      return { kind: step.kind, text: `back up ${step.database} (${size(step.bytes)})`, bytes: step.bytes };
    case 'create-target':
      return { kind: step.kind, text: `create ${step.target} for ${step.path}`, sql: step.pragmas.join('; ') };
    case 'create-table':
      return { kind: step.kind, text: `create table ${step.target}.${step.table}`, sql: step.sql };
    case 'create-virtual':
      return { kind: step.kind, text: `create virtual table ${step.target}.${step.table}`, sql: step.sql };
    case 'create-full-text':
      return { kind: step.kind, text: `create full-text table ${step.target}.${step.table}`, sql: step.sql };
    case 'rebuild-full-text':
      return { kind: step.kind, text: `build the full-text index of ${step.target}.${step.table}`, sql: step.sql };
    case 'copy':
      return {
        kind: step.kind,
        text: `copy ${count(step.rows)} rows  ${step.database} ${step.source} → ${step.target}.${step.table} (${step.strategy})`,
        sql: step.sql === '' ? undefined : step.sql,
        rows: step.rows,
      };
    case 'sequence':
      return {
        kind: step.kind,
        text: `keep the AUTOINCREMENT counter of ${step.database} ${step.source} in ${step.target}.${step.table}`,
      };
    case 'gather':
      return { kind: step.kind, text: `gather the rows of ${step.target}.${step.table}`, sql: step.sql };
    case 'settle':
      return { kind: step.kind, text: `settle rows with the same key in ${step.target}.${step.table}`, sql: step.sql };
    case 'default-rows':
      return { kind: step.kind, text: `insert the default rows of ${step.target}.${step.table}`, sql: step.sql };
    case 'create-index':
    case 'create-trigger':
    case 'create-view':
      return { kind: step.kind, text: `${step.kind.replace('-', ' ')} ${step.target}.${step.name}`, sql: step.sql };
    case 'verify':
      return { kind: step.kind, text: `verify ${step.target}: rows, digests, integrity_check, foreign_key_check` };
    case 'publish':
      return {
        kind: step.kind,
        text: step.replaces
          ? `publish ${step.path} in place of the legacy database of that name`
          : `publish ${step.path}`,
      };
  }
}
