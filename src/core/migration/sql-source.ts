import type { Engine, EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { WorkOptions } from '../ports';
import { forEachRow } from '../sqlite/digest/digest';
import type { DatabaseImage } from '../sqlite/image/image';
import { openInEngine } from '../sqlite/image/engine-image';
import type { Row } from '../sqlite/rows/row';
import { readSchema } from '../sqlite/schema/schema';
import type { SchemaColumn, SchemaTable } from '../sqlite/schema/schema-table';
import { columnValue } from '../sqlite/rows/column-value';
import type { StoredValue } from '../sqlite/rows/stored-value';
import { TYPE_OF } from './values';

/**
 * A legacy database in the engine, to be attached to a UTF-8 database: `ATTACH` refuses another text encoding. A UTF-16
 * database is copied into a UTF-8 one row by row, each value bound as its bytes and cast to its stored type, so that none
 * passes through a JavaScript number or string. Any other is read from the image when statements need it. The caller closes
 * the database, which closes the image.
 */
export async function loadForSql(
  engine: Engine,
  image: DatabaseImage,
  options: WorkOptions = {},
): Promise<EngineDatabase> {
  if (image.encoding === 'UTF-8') return openInEngine(engine, image);
  const copy = new engine.Database();
  try {
    copy.run('BEGIN');
    const schema = await readSchema(image);
    // Only an AUTOINCREMENT table makes SQLite create the table of counters.
    const counters = schema.internalTables.find(({ name }) => name === 'sqlite_sequence');
    if (counters) {
      copy.run('CREATE TABLE consolidator_counter (i INTEGER PRIMARY KEY AUTOINCREMENT)');
      copy.run('DROP TABLE consolidator_counter');
      await copyRows(copy, image, counters, counters.columns, '', options);
    }
    for (const table of schema.tables) {
      if (table.kind !== 'table') continue;
      createPlain(copy, table);
      const stored = table.columns.filter(({ field, rowidAlias }) => field >= 0 || rowidAlias);
      await copyRows(copy, image, table, stored, freeRowidName(table), options);
    }
    copy.run('COMMIT');
    return copy;
  } catch (error) {
    copy.close();
    throw error;
  } finally {
    image.close();
  }
}

/** The table without constraints, which rows that are there already may not satisfy; expressions see the same columns. */
function createPlain(copy: EngineDatabase, table: SchemaTable): void {
  const columns = table.columns
    .filter((column) => column.generated !== 'hidden')
    .map((column) => {
      const collation = column.collation === undefined ? '' : ` COLLATE ${quoteIdentifier(column.collation)}`;
      const key = column.rowidAlias ? ' PRIMARY KEY' : '';
      return `${quoteIdentifier(column.name)} ${column.rowidAlias ? 'INTEGER' : TYPE_OF[column.affinity]}${key}${collation}`;
    });
  if (table.columns.some((column) => column.generated === 'virtual')) {
    // What is computed when it is read has to be computed here too; the statement as it is declares how.
    copy.run('PRAGMA ignore_check_constraints = ON');
    copy.run(table.sql);
    return;
  }
  copy.run(`CREATE TABLE ${quoteIdentifier(table.name)} (${columns.join(', ')})`);
}

function freeRowidName(table: SchemaTable): string {
  if (table.withoutRowid || table.columns.some(({ rowidAlias }) => rowidAlias)) return '';
  const names = new Set(table.columns.map((column) => column.name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !names.has(name)) ?? '';
}

type Bound = string | number | Uint8Array | null;

async function copyRows(
  copy: EngineDatabase,
  image: DatabaseImage,
  table: SchemaTable,
  stored: readonly SchemaColumn[],
  rowid: string,
  options: WorkOptions,
): Promise<void> {
  const computed = table.columns.some((column) => column.generated === 'virtual');
  const columns = stored.filter((column) => !computed || column.generated === '');
  const names = [...(rowid === '' ? [] : [rowid]), ...columns.map((column) => quoteIdentifier(column.name))];
  const places = [...(rowid === '' ? [] : ['CAST(? AS INTEGER)']), ...columns.map(() => AS_STORED)];
  const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${names.join(', ')}) VALUES (${places.join(', ')})`;
  // A parameter may stand in a statement once only when it has no number, so each value is bound with its kind before it.
  const statement = copy.prepare(sql);
  try {
    const bind = (row: Row) => {
      const values: Bound[] = rowid === '' ? [] : [String(row.rowid)];
      for (const column of columns) values.push(...bound(columnValue(row, column, image.encoding)));
      statement.run(values);
    };
    await forEachRow(image, table, bind, options);
  } finally {
    statement.free();
  }
}

const AS_STORED =
  "CASE ? WHEN 'integer' THEN CAST(? AS INTEGER) WHEN 'real' THEN CAST(? AS REAL) WHEN 'text' THEN CAST(? AS TEXT) ELSE ? END";

function bound(value: StoredValue): Bound[] {
  switch (value.kind) {
    case 'null':
      return ['null', null, null, null, null];
    case 'integer':
      return ['integer', String(value.value), null, null, null];
    case 'real':
      // sql.js binds a number without fraction as an INTEGER, which has no negative zero.
      return ['real', null, Object.is(value.value, -0) ? '-0.0' : value.value, null, null];
    case 'text':
      return ['text', null, null, value.bytes, null];
    case 'blob':
      return ['blob', null, null, null, value.bytes];
  }
}
