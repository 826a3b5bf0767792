import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { digestTable } from '../../../../src/core/sqlite/digest/digest';
import type { DatabaseImage } from '../../../../src/core/sqlite/image/image';
import { readSchema } from '../../../../src/core/sqlite/schema/schema';
import type { DatabaseSchema } from '../../../../src/core/sqlite/schema/schema-table';

/** SHA-256 over the pages of an image, as a file of them would have it. */
export function imageHash(image: DatabaseImage): string {
  const hash = createHash('sha256');
  for (let page = 1; page <= image.pageCount; page++) hash.update(image.readPage(page));
  return hash.digest('hex');
}

/** Rows and digest of every ordinary table over its stored columns. */
export async function tableDigests(
  image: DatabaseImage,
  schema?: DatabaseSchema,
): Promise<Record<string, [number, string]>> {
  const { tables } = schema ?? (await readSchema(image));
  const digests: Record<string, [number, string]> = {};
  for (const table of tables) {
    if (table.kind !== 'table') continue;
    const columns = table.columns.filter((column) => column.generated !== 'virtual').map((column) => column.name);
    const { rows, digest } = await digestTable(image, table, columns);
    digests[table.name] = [rows, digest];
  }
  return digests;
}

/** Name, content, size and time of every file of a folder: what must be the same after anything we do. */
export function folderState(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => fileState(path.join(folder, name)))
    .sort();
}

/** The same of one database with its sidecars, in a folder in which others come and go. */
export function databaseState(database: string): string[] {
  return ['', '-wal', '-shm', '-journal']
    .map((ending) => database + ending)
    .filter((file) => existsSync(file))
    .map(fileState);
}

function fileState(file: string): string {
  const { size, mtimeNs } = statSync(file, { bigint: true });
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${path.basename(file)} ${size} ${mtimeNs} ${hash}`;
}
