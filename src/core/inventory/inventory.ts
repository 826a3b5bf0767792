/** The inventory: a plain, JSON-safe value that `scan` returns and that planning starts from. Paths: workspace-relative, `/`. */
export interface Inventory {
  readonly version: 1;
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  readonly databases: readonly InventoryDatabase[];
  /** Files with the same content, or several names of one file. */
  readonly duplicates: readonly DuplicateSet[];
  /** Folders that could not be listed, so that databases in them are not known. */
  readonly unlisted?: readonly UnlistedFolder[];
}

export interface UnlistedFolder {
  readonly path: string;
  readonly message: string;
}

export type DatabaseKind =
  'sqlite' | 'empty' | 'apple-double' | 'encrypted-or-unknown' | 'truncated' | 'corrupt' | 'absent';

export interface InventoryDatabase {
  readonly path: string;
  readonly kind: DatabaseKind;
  /** Size of the database file itself, without sidecars. */
  readonly bytes: number;
  readonly pageSize: number;
  /** Unused bytes at the end of each page; undefined where it was not read. */
  readonly reservedBytes?: number;
  /** Schema format number: 4 since DESC indexes are stored as such. */
  readonly schemaFormat?: number;
  readonly encoding: 'UTF-8' | 'UTF-16le' | 'UTF-16be';
  readonly journalMode: 'wal' | 'delete';
  /** Committed frames in the `-wal` that are not in the file yet. */
  readonly walFrames: number;
  /** A rollback journal that recovery has to play back. */
  readonly hotJournal: boolean;
  readonly userVersion: number;
  readonly applicationId: number;
  readonly autoVacuum: 'none' | 'full' | 'incremental';
  /** Hex SHA-256 of the database file (not of the sidecars). */
  readonly sha256: string;
  /** Sidecars that exist, e.g. `data/x.db-wal`. */
  readonly sidecars: readonly string[];
  readonly tables: readonly InventoryTable[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  /** Places in code and configuration that name this database. */
  readonly references: number;
}

export interface InventoryTable {
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'view';
  /** Null for views and for virtual tables. */
  readonly rows: number | null;
  /** The stored `CREATE` statement, as in `sqlite_schema.sql`. */
  readonly sql: string;
  readonly columns: readonly InventoryColumn[];
  readonly indexes: readonly InventoryIndex[];
  readonly triggers: readonly { readonly name: string; readonly sql: string }[];
  readonly foreignKeys: readonly InventoryForeignKey[];
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly autoincrement: boolean;
  /** Module of a virtual table (`fts5`), else undefined. */
  readonly module?: string;
  /** Set on a shadow table: the virtual table it belongs to. */
  readonly shadowOf?: string;
}

export interface InventoryColumn {
  readonly name: string;
  /** Declared type, empty where none is declared. */
  readonly type: string;
  readonly notNull: boolean;
  /** One-based position in the primary key, 0 when it is not part of it. */
  readonly primaryKey: number;
  /** Default as SQL text. */
  readonly default: string | null;
  readonly generated: '' | 'virtual' | 'stored' | 'hidden';
  readonly collation?: string;
}

export interface InventoryIndex {
  readonly name: string;
  readonly unique: boolean;
  /** `c`: CREATE INDEX, `u`: UNIQUE constraint, `pk`: PRIMARY KEY (as `PRAGMA index_list` says). */
  readonly origin: 'c' | 'u' | 'pk';
  readonly partial: boolean;
  /** Null where the key is an expression. */
  readonly columns: readonly {
    readonly name: string | null;
    readonly descending: boolean;
    readonly collation: string;
  }[];
  /** Null for automatic indexes. */
  readonly sql: string | null;
}

export interface InventoryForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  /** Empty: the parent's primary key. */
  readonly references: readonly string[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface DuplicateSet {
  readonly reason: 'same-content' | 'same-file';
  readonly paths: readonly string[];
}
