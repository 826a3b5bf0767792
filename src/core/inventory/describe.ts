import { ConsolidationError } from '../errors';
import { countRows } from '../sqlite/digest/digest';
import { openImage } from '../sqlite/image/image';
import type { DatabaseImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import type { SchemaTable } from '../sqlite/schema/schema-table';
import type { DatabaseKind, InventoryDatabase, InventoryTable } from './inventory';

/** Adds to `base` what header and schema of a SQLite file say, and how many rows its tables have. */
export async function describeDatabase(
  file: string,
  base: InventoryDatabase,
  signal: AbortSignal | undefined,
): Promise<InventoryDatabase> {
  let described = base;
  let image: DatabaseImage | undefined;
  try {
    image = await openImage(file, { signal, name: base.path });
    const { header } = image;
    described = {
      ...base,
      pageSize: image.pageSize,
      reservedBytes: image.reservedBytes,
      schemaFormat: image.header.schemaFormat,
      encoding: image.encoding,
      journalMode: header.readVersion === 2 ? 'wal' : 'delete',
      walFrames: image.walFrames,
      hotJournal: image.hotJournal,
      userVersion: header.userVersion,
      applicationId: header.applicationId,
      autoVacuum: header.largestRootPage === 0 ? 'none' : header.incrementalVacuum ? 'incremental' : 'full',
    };
    const schema = await readSchema(image);
    described = { ...described, problems: [...described.problems, ...schema.problems] };
    const tables: InventoryTable[] = [];
    for (const table of schema.tables) {
      const { rows, damaged } = await countedRows(image, table, signal);
      tables.push(inventoryTable(table, rows));
      if (damaged) described = { ...described, kind: damaged.kind, problems: [...described.problems, damaged.problem] };
    }
    return { ...described, tables };
  } catch (error) {
    const { kind, problem } = damage(error);
    return { ...described, kind, problems: [...described.problems, problem] };
  } finally {
    image?.close();
  }
}

interface Damage {
  readonly kind: DatabaseKind;
  readonly problem: InventoryDatabase['problems'][number];
}

/** A table whose b-tree is malformed has no row count; the others are still told. */
async function countedRows(
  image: DatabaseImage,
  table: SchemaTable,
  signal: AbortSignal | undefined,
): Promise<{ rows: number | null; damaged?: Damage }> {
  if (table.kind !== 'table' || table.rootPage === 0) return { rows: null };
  try {
    return { rows: await countRows(image, table, { signal }) };
  } catch (error) {
    return { rows: null, damaged: damage(error) };
  }
}

/** @throws the error itself when it says nothing about the file */
function damage(error: unknown): Damage {
  if (!(error instanceof ConsolidationError)) throw error;
  const { code, message } = error;
  switch (code) {
    case 'DATABASE_CORRUPT':
      return { kind: 'corrupt', problem: { code, message } };
    case 'DATABASE_TRUNCATED':
      return { kind: 'truncated', problem: { code, message } };
    case 'DATABASE_ENCRYPTED_OR_UNKNOWN':
      return { kind: 'encrypted-or-unknown', problem: { code, message } };
    case 'LEGACY_DATABASE_MISSING':
      return { kind: 'absent', problem: { code, message } };
    default:
      throw error;
  }
}

/** The plain value: where things are stored in the file is nobody's business beyond the file layer. */
function inventoryTable(table: SchemaTable, rows: number | null): InventoryTable {
  return {
    name: table.name,
    kind: table.kind,
    rows,
    sql: table.sql,
    columns: table.columns.map(({ name, type, notNull, primaryKey, default: value, generated, collation }) => ({
      name,
      type,
      notNull,
      primaryKey,
      default: value,
      generated,
      ...(collation !== undefined && { collation }),
    })),
    indexes: table.indexes.map(({ name, unique, origin, partial, columns, sql }) => ({
      name,
      unique,
      origin,
      partial,
      columns,
      sql,
    })),
    triggers: table.triggers,
    foreignKeys: table.foreignKeys,
    withoutRowid: table.withoutRowid,
    strict: table.strict,
    autoincrement: table.autoincrement,
    ...(table.module !== undefined && { module: table.module }),
    ...(table.shadowOf !== undefined && { shadowOf: table.shadowOf }),
  };
}
