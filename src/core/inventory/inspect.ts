import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { exists, sha256File } from '../files';
import type { WorkOptions } from '../ports';
import { classifyFile } from '../sqlite/classify';
import { countRows } from '../sqlite/digest';
import { openImage } from '../sqlite/image';
import type { DatabaseImage } from '../sqlite/image';
import { readSchema } from '../sqlite/schema';
import type { SchemaTable } from '../sqlite/schema-table';
import type { DatabaseKind, InventoryDatabase, InventoryTable } from './inventory';

type Problem = InventoryDatabase['problems'][number];

/** Everything the inventory says of one file. What is wrong with the file is in `problems`; only a cancel is thrown. */
export async function inspectDatabase(
  workspace: string,
  file: string,
  options: WorkOptions,
): Promise<InventoryDatabase> {
  const absolute = path.join(workspace, file);
  const { kind, format, problem } = classifyFile(absolute, file);
  const sidecars: string[] = [];
  for (const suffix of ['-wal', '-shm', '-journal']) if (await exists(absolute + suffix)) sidecars.push(file + suffix);
  const base: InventoryDatabase = {
    path: file,
    kind,
    bytes: (await stat(absolute)).size,
    pageSize: 0,
    encoding: 'UTF-8',
    journalMode: 'delete',
    walFrames: 0,
    hotJournal: false,
    userVersion: 0,
    applicationId: 0,
    autoVacuum: 'none',
    sha256: await sha256File(absolute, options.signal),
    sidecars,
    tables: [],
    problems: problem ? [problem] : kind === 'encrypted-or-unknown' ? [unreadable(file, format)] : [],
    references: 0,
  };
  return kind === 'sqlite' ? readDatabase(absolute, base, options) : base;
}

async function readDatabase(
  absolute: string,
  base: InventoryDatabase,
  options: WorkOptions,
): Promise<InventoryDatabase> {
  let image: DatabaseImage;
  try {
    image = await openImage(absolute, { signal: options.signal, name: base.path });
  } catch (error) {
    return { ...base, ...damage(error) };
  }
  try {
    const { header } = image;
    const described: InventoryDatabase = {
      ...base,
      pageSize: image.pageSize,
      reservedBytes: image.reservedBytes,
      schemaFormat: header.schemaFormat,
      encoding: image.encoding,
      journalMode: header.readVersion === 2 ? 'wal' : 'delete',
      walFrames: image.walFrames,
      hotJournal: image.hotJournal,
      userVersion: header.userVersion,
      applicationId: header.applicationId,
      autoVacuum: header.largestRootPage === 0 ? 'none' : header.incrementalVacuum ? 'incremental' : 'full',
    };
    try {
      const schema = await readSchema(image);
      const tables: InventoryTable[] = [];
      for (const table of schema.tables) tables.push(await inventoryTable(image, table, options));
      return { ...described, tables, problems: [...described.problems, ...schema.problems] };
    } catch (error) {
      return { ...described, ...damage(error) };
    }
  } finally {
    image.close();
  }
}

async function inventoryTable(image: DatabaseImage, table: SchemaTable, options: WorkOptions): Promise<InventoryTable> {
  const { rootPage, columns, indexes, ...rest } = table;
  return {
    ...rest,
    rows: table.kind === 'table' && rootPage > 0 ? await countRows(image, table, options) : null,
    columns: columns.map(({ name, type, notNull, primaryKey, default: value, generated, collation }) => ({
      name,
      type,
      notNull,
      primaryKey,
      default: value,
      generated,
      ...(collation === undefined ? {} : { collation }),
    })),
    indexes: indexes.map(({ name, unique, origin, partial, columns: keys, sql }) => ({
      name,
      unique,
      origin,
      partial,
      columns: keys,
      sql,
    })),
  };
}

function damage(error: unknown): { kind: DatabaseKind; problems: Problem[] } {
  if (!(error instanceof ConsolidationError) || error.code === 'CANCELLED') throw error;
  const kind =
    error.code === 'DATABASE_TRUNCATED'
      ? 'truncated'
      : error.code === 'DATABASE_ENCRYPTED_OR_UNKNOWN'
        ? 'encrypted-or-unknown'
        : 'corrupt';
  return { kind, problems: [{ code: error.code, message: error.message }] };
}

function unreadable(file: string, format = 'unknown'): Problem {
  const what =
    format === 'encrypted'
      ? 'its content looks encrypted'
      : format === 'unknown'
        ? 'it is encrypted, or something else'
        : `its content is ${format}`;
  return {
    code: 'DATABASE_ENCRYPTED_OR_UNKNOWN',
    message: `${file} has the name of a SQLite database, but does not begin like one: ${what}. Keep it or retire it in the plan.`,
  };
}
