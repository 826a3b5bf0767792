import type { InventoryColumn, InventoryIndex, InventoryTable } from '../../inventory/inventory';
import type { Affinity } from '../format/affinity';
import type { StoredValue } from '../rows/stored-value';

/** A row of `sqlite_schema`. */
export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly tableName: string;
  /** 0 for views, triggers and virtual tables. */
  readonly rootPage: number;
  /** Null for automatic indexes. */
  readonly sql: string | null;
}

/** An inventory column with where its value is stored. */
export interface SchemaColumn extends InventoryColumn {
  readonly affinity: Affinity;
  /** Field of the record that holds it; -1 for virtual generated columns, which are not stored. */
  readonly field: number;
  /** `INTEGER PRIMARY KEY`: the value is the rowid, the field in the record is NULL. */
  readonly rowidAlias: boolean;
  /** Value in rows that are older than the column: the default that `ALTER TABLE … ADD COLUMN` gave. */
  readonly missing: StoredValue;
}

export interface SchemaIndex extends InventoryIndex {
  readonly rootPage: number;
}

/** An inventory table with its place in the file. */
export interface SchemaTable extends InventoryTable {
  /** 0 for views and virtual tables. */
  readonly rootPage: number;
  readonly columns: readonly SchemaColumn[];
  readonly indexes: readonly SchemaIndex[];
}

export interface DatabaseSchema {
  /** Tables, virtual tables (with their shadow tables) and views, in the order of `sqlite_schema`. `rows` is null. */
  readonly tables: readonly SchemaTable[];
  /** `sqlite_sequence`, `sqlite_stat1`, …: tables that SQLite keeps for itself. */
  readonly internalTables: readonly SchemaTable[];
  readonly objects: readonly SchemaObject[];
  /** Objects that could not be understood in full, and why. */
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}
