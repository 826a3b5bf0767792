import type { InventoryDatabase } from './inventory';

/** Shadow tables that hold one row for each row of their virtual table, in the order in which they are asked. */
const ROW_FOR_ROW = ['_docsize', '_content', '_rowid'];

/** Rows of a table by name. Of a virtual table as far as its shadow tables tell. */
export function rowsOf(database: InventoryDatabase, name: string): number {
  const table = database.tables.find((candidate) => candidate.name === name);
  if (!table || table.kind !== 'virtual') return table?.rows ?? 0;
  const shadows = database.tables.filter((candidate) => candidate.shadowOf === name);
  const telling = ROW_FOR_ROW.map((suffix) => shadows.find((shadow) => shadow.name === name + suffix)).find(Boolean);
  return telling?.rows ?? 0;
}

/** Rows of a whole database; those of shadow tables are the virtual table's. */
export function totalRows(database: InventoryDatabase): number {
  return database.tables
    .filter((table) => table.shadowOf === undefined && table.kind !== 'view')
    .reduce((sum, table) => sum + rowsOf(database, table.name), 0);
}
