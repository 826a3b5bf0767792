import { ConsolidationError } from '../../errors';
import type { WorkOptions } from '../../ports';
import { PageCheck } from './check-pages';
import { ProblemList } from './check-problem';
import type { Problem } from './check-problem';
import { checkRows } from './check-rows';
import type { DatabaseImage } from '../image/image';
import { Pause } from '../rows/pause';
import { readSchema } from '../schema/schema';
import type { DatabaseSchema } from '../schema/schema-table';

export type { Problem } from './check-problem';

/**
 * Checks a whole database as `PRAGMA integrity_check` does, in memory that does not grow with the file: the free list, every
 * b-tree and overflow chain, the pointer map, that each page is used once, order and uniqueness of keys, index entries
 * against rows, NOT NULL and STRICT. Empty when all is well; at most 100 problems. `checkRows` says what it leaves out.
 * @throws ConsolidationError `CANCELLED`
 */
export async function checkImage(
  image: DatabaseImage,
  options: WorkOptions & {
    /** Saves reading it again. */
    readonly schema?: DatabaseSchema;
  } = {},
): Promise<Problem[]> {
  const list = new ProblemList();
  if (image.pageCount === 0) return list.problems;
  const pages = new PageCheck(image, list);
  const pause = new Pause(options.signal);
  pages.freeList();
  const schemaIsSound = pages.tree(1, 'table', 'sqlite_schema');
  const schema = schemaIsSound ? await schemaOf(image, list, options.schema) : undefined;
  if (!schema) return list.problems;

  const sound = new Set<number>();
  const objects = schema.objects.filter(({ rootPage }) => rootPage > 0);
  pages.largestRoot(objects.map(({ rootPage }) => rootPage));
  // The b-tree of a WITHOUT ROWID table is that of an index.
  const keyed = new Set(
    [...schema.tables, ...schema.internalTables].filter((table) => table.withoutRowid).map(({ rootPage }) => rootPage),
  );
  for (const object of objects) {
    const kind = object.type === 'index' || keyed.has(object.rootPage) ? 'index' : 'table';
    if (pages.tree(object.rootPage, kind, object.name)) sound.add(object.rootPage);
    options.progress?.({ phase: 'verify', message: `Checking ${object.name}` });
    if (pause.due) await pause.take();
  }
  pages.unused();
  for (const table of [...schema.tables, ...schema.internalTables]) {
    if (table.kind === 'table' && table.rootPage > 0) await checkRows(image, table, sound, list, options);
  }
  return list.problems;
}

async function schemaOf(
  image: DatabaseImage,
  list: ProblemList,
  known: DatabaseSchema | undefined,
): Promise<DatabaseSchema | undefined> {
  try {
    const schema = known ?? (await readSchema(image));
    for (const problem of schema.problems) list.add(1, 'sqlite_schema', problem.message);
    return schema;
  } catch (error) {
    if (!(error instanceof ConsolidationError) || error.code !== 'DATABASE_CORRUPT') throw error;
    list.add(Number(error.details.page ?? 1), 'sqlite_schema', String(error.details.what ?? error.message));
    return undefined;
  }
}
