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

/** The two halves of a check: each reads the whole file once. */
export type CheckPart = 'pages' | 'rows';

export interface CheckOptions extends WorkOptions {
  /** One half alone: the two may be done at the same time. Both by default. */
  readonly part?: CheckPart;
}

/**
 * Checks a whole database as `PRAGMA integrity_check` does, in memory that does not grow with the file. Pages: the free
 * list, every b-tree and overflow chain, the pointer map, that each page is used once. Rows: order and uniqueness of keys,
 * index entries against rows, NOT NULL and STRICT; `checkRows` says what it leaves out. Empty when all is well; at most 100
 * problems.
 * @throws ConsolidationError `CANCELLED`
 */
export async function checkImage(image: DatabaseImage, options: CheckOptions = {}): Promise<Problem[]> {
  const list = new ProblemList();
  if (image.pageCount === 0) return list.problems;
  const { part } = options;
  const pages = part === 'rows' ? undefined : new PageCheck(image, list);
  pages?.freeList();
  const schemaIsSound = pages?.tree(1, 'table', 'sqlite_schema') ?? true;
  const schema = schemaIsSound ? await schemaOf(image, list) : undefined;
  if (!schema) return list.problems;
  const roots = schema.objects.map(({ rootPage }) => rootPage).filter((rootPage) => rootPage > 0);
  // Without a look at the pages, what the walk over the rows meets is told.
  const sound = pages ? await checkPages(pages, schema, options) : new Set(roots);
  if (part === 'pages') return list.problems;
  for (const table of [...schema.tables, ...schema.internalTables]) {
    if (table.kind === 'table' && table.rootPage > 0) await checkRows(image, table, sound, list, options);
  }
  return list.problems;
}

/** @returns root pages of the trees whose structure is all right */
async function checkPages(pages: PageCheck, schema: DatabaseSchema, options: CheckOptions): Promise<Set<number>> {
  const pause = new Pause(options.signal);
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
  return sound;
}

async function schemaOf(image: DatabaseImage, list: ProblemList): Promise<DatabaseSchema | undefined> {
  try {
    const schema = await readSchema(image);
    for (const problem of schema.problems) list.add(1, 'sqlite_schema', problem.message);
    return schema;
  } catch (error) {
    if (!(error instanceof ConsolidationError) || error.code !== 'DATABASE_CORRUPT') throw error;
    list.add(Number(error.details.page ?? 1), 'sqlite_schema', String(error.details.what ?? error.message));
    return undefined;
  }
}
