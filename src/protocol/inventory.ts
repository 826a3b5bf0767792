import type { DatabaseKind, DuplicateSet, InventoryTable } from '../core/inventory/inventory';
import { array, boolean, literal, message, nullable, number, object, optional, record, string } from './shape';

/** Messages between the extension host and the Inventory view. */

/** One line of the table. The schema of a database follows on request, so that 500 databases are one small message. */
export interface InventoryRow {
  readonly path: string;
  readonly kind: DatabaseKind;
  readonly bytes: number;
  /** Rows of all tables, without shadow tables; null when none could be read. */
  readonly rows: number | null;
  readonly tables: number;
  readonly journalMode: 'wal' | 'delete';
  readonly walFrames: number;
  readonly hotJournal: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly references: number;
  /** What the plan does with it, e.g. `merge`; absent while there is no plan. */
  readonly action?: string;
}

export interface InventoryState {
  readonly type: 'state';
  /** Name of the workspace folder. */
  readonly workspace: string;
  /** False until the first scan is over. */
  readonly scanned: boolean;
  /** What is going on, e.g. `Reading data/roadmap.db`; null when nothing is. */
  readonly busy: string | null;
  readonly error: string | null;
  readonly rows: readonly InventoryRow[];
  readonly duplicates: readonly DuplicateSet[];
  /** Why folders could not be looked into, a sentence each. */
  readonly unlisted: readonly string[];
  readonly planFile: string;
  readonly hasPlan: boolean;
  /** Commands that write are offered in a trusted workspace only. */
  readonly trusted: boolean;
}

export interface InventoryDetail {
  readonly type: 'detail';
  readonly path: string;
  readonly sha256: string;
  readonly pageSize: number;
  readonly encoding: string;
  readonly userVersion: number;
  readonly sidecars: readonly string[];
  readonly tables: readonly InventoryTable[];
  /** Up to 100 places that name it. */
  readonly references: readonly InventoryReference[];
}

export interface InventoryReference {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly stale: boolean;
}

/** Sent when the view is to come forward with one database selected. */
export interface InventorySelect {
  readonly type: 'select';
  readonly path: string;
}

export type ToInventory = InventoryState | InventoryDetail | InventorySelect;

export const inventoryCommands = ['scan', 'draftPlan', 'openMapping', 'dryRun', 'migrate'] as const;
export type InventoryCommand = (typeof inventoryCommands)[number];

export type FromInventory =
  | { readonly type: 'ready' }
  | { readonly type: 'command'; readonly command: InventoryCommand }
  | { readonly type: 'detail'; readonly path: string }
  | { readonly type: 'open'; readonly file: string; readonly line: number; readonly column: number };

const row = object<InventoryRow>({
  path: string,
  kind: literal('sqlite', 'empty', 'apple-double', 'encrypted-or-unknown', 'truncated', 'corrupt', 'absent'),
  bytes: number,
  rows: nullable(number),
  tables: number,
  journalMode: literal('wal', 'delete'),
  walFrames: number,
  hotJournal: boolean,
  problems: array(object<{ code: string; message: string }>({ code: string, message: string })),
  references: number,
  action: optional(string),
});

export const isToInventory = message<ToInventory>({
  state: object<InventoryState>({
    type: literal('state'),
    workspace: string,
    scanned: boolean,
    busy: nullable(string),
    error: nullable(string),
    rows: array(row),
    duplicates: array(record<DuplicateSet>()),
    unlisted: array(string),
    planFile: string,
    hasPlan: boolean,
    trusted: boolean,
  }),
  detail: object<InventoryDetail>({
    type: literal('detail'),
    path: string,
    sha256: string,
    pageSize: number,
    encoding: string,
    userVersion: number,
    sidecars: array(string),
    tables: array(record<InventoryTable>()),
    references: array(record<InventoryReference>()),
  }),
  select: object<InventorySelect>({ type: literal('select'), path: string }),
});

export const isFromInventory = message<FromInventory>({
  ready: object<{ type: 'ready' }>({ type: literal('ready') }),
  command: object<{ type: 'command'; command: InventoryCommand }>({
    type: literal('command'),
    command: literal(...inventoryCommands),
  }),
  detail: object<{ type: 'detail'; path: string }>({ type: literal('detail'), path: string }),
  open: object<{ type: 'open'; file: string; line: number; column: number }>({
    type: literal('open'),
    file: string,
    line: number,
    column: number,
  }),
});
