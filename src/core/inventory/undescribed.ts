import type { DatabaseKind, InventoryDatabase } from './inventory';

/** What the inventory says of a database before anything was read of it, or where there is nothing to read. */
export function undescribedDatabase(path: string, kind: DatabaseKind): InventoryDatabase {
  return {
    path,
    kind,
    bytes: 0,
    pageSize: 0,
    encoding: 'UTF-8',
    journalMode: 'delete',
    walFrames: 0,
    hotJournal: false,
    userVersion: 0,
    applicationId: 0,
    autoVacuum: 'none',
    sha256: '',
    sidecars: [],
    tables: [],
    problems: [],
    references: 0,
  };
}
