import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { engineFileName, loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { writeFileAtomically } from '../files';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import type { WorkOptions } from '../ports';
import { digestTable } from '../sqlite/digest';
import { openImage } from '../sqlite/image';
import { readSchema } from '../sqlite/schema';
import { collect, gatherTable, settledRank } from './gather';
import { shiftsOf } from './key-offsets';
import type { LegacyImages } from './legacy-images';
import { mappedValue } from './values';

/** Number of rows and their digest, order-independent. */
export interface Content {
  readonly rows: number;
  readonly digest: string;
}

export const NOTHING: Content = { rows: 0, digest: '' };

/** One unified table while it is verified. */
export interface RowContext {
  readonly plan: ResolvedPlan;
  readonly offsets: ReadonlyMap<string, bigint>;
  readonly target: ResolvedTarget;
  readonly table: ResolvedTable;
  readonly legacy: LegacyImages;
  /** Folder for scratch files. */
  readonly scratch: string;
}

/** What the backup's copy of a source should bring into the table, in the given unified columns. */
export async function sourceContent(
  context: RowContext,
  source: ResolvedSource,
  columns: readonly string[],
  options: WorkOptions,
): Promise<Content> {
  const { legacy } = context;
  const mappings = columns.map((column) => source.columns.find((candidate) => candidate.target === column)!);
  const shifts = shiftsOf(context.plan, context.offsets, context.target, context.table, source);
  if (source.where === undefined && !columns.some((column) => shifts.has(column))) {
    const { image, schema } = await legacy.open(source.database);
    const table = schema.tables.find((candidate) => candidate.name === source.table);
    const names = mappings.map((mapping) => (mapping.kind === 'column' ? mapping.source : ''));
    return table ? digestTable(image, table, names, options) : NOTHING;
  }
  const where = source.where === undefined ? '' : ` WHERE (${source.where}\n)`;
  const values = mappings.length === 0 ? ['1'] : mappings.map((mapping) => mappedValue(mapping, shifts));
  return contentOf(context, columns.length, options, async (scratch) => {
    scratch.run(`ATTACH ${quoteLiteral(engineFileName(await legacy.engineDatabase(source.database)))} AS legacy`);
    const list = values.map((value, index) => `${value} AS c${index}`).join(', ');
    scratch.run(`CREATE TABLE main.expected AS SELECT ${list} FROM legacy.${quoteIdentifier(source.table)}${where}`);
    scratch.run('DETACH legacy');
  });
}

/** What stays of the sources of a table whose key policy chooses between rows. */
export async function settledContent(
  context: RowContext,
  sources: readonly ResolvedSource[],
  columns: readonly string[],
  options: WorkOptions,
): Promise<Content> {
  const { table, legacy } = context;
  return contentOf(context, columns.length, options, async (scratch) => {
    scratch.run(gatherTable(table, 0));
    for (const source of sources) {
      scratch.run(`ATTACH ${quoteLiteral(engineFileName(await legacy.engineDatabase(source.database)))} AS legacy`);
      scratch.run(collect(0, source, table.sources.indexOf(source)));
      scratch.run('DETACH legacy');
    }
    const list = columns.map((column, index) => `${quoteIdentifier(column)} AS c${index}`).join(', ');
    scratch.run(`CREATE TABLE main.expected AS SELECT ${list} FROM (${settledRank(table, 0)}) WHERE rank = 1`);
  });
}

/** Lets the engine make a table in a scratch file; its digest is taken from that file's bytes. */
async function contentOf(
  context: RowContext,
  columns: number,
  options: WorkOptions,
  make: (scratch: EngineDatabase) => Promise<void>,
): Promise<Content> {
  const engine = await loadEngine();
  const scratch = new engine.Database();
  const file = path.join(context.scratch, `verify-${randomBytes(6).toString('hex')}.db`);
  try {
    await make(scratch);
    await writeFileAtomically(file, scratch.export());
    const image = await openImage(file);
    try {
      const [table] = (await readSchema(image)).tables;
      return await digestTable(
        image,
        table!,
        columns === 0 ? [] : table!.columns.map((column) => column.name),
        options,
      );
    } finally {
      image.close();
    }
  } finally {
    scratch.close();
    await rm(file, { force: true });
  }
}
