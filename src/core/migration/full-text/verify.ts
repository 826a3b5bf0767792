import { rm } from 'node:fs/promises';
import path from 'node:path';
import { openFullText } from '../../full-text-engine';
import type { FullTextDatabase } from '../../full-text-engine';
import { quoteIdentifier } from '../../identifiers';
import type { ResolvedSource, ResolvedTable, ResolvedTarget } from '../../plan/resolved';
import type { WorkOptions } from '../../ports';
import type { VerificationCheck } from '../../results';
import { addDigests, digestTable, EMPTY_DIGEST } from '../../sqlite/digest/digest';
import type { DatabaseImage } from '../../sqlite/image/image';
import type { DatabaseSchema } from '../../sqlite/schema/schema-table';
import { sameName } from '../../sqlite/sql-tokens';
import type { LegacyImages } from '../legacy-images';
import { writeRecovered } from './build';
import { fullTextDeclaration } from './declaration';

interface Content {
  readonly rows: number;
  readonly digest: string;
}

const NOTHING: Content = { rows: 0, digest: EMPTY_DIGEST };

/** A stored virtual table of a target, read from its file. */
interface Stored {
  readonly target: ResolvedTarget;
  readonly table: ResolvedTable;
  readonly image: DatabaseImage;
  readonly schema: DatabaseSchema;
}

/**
 * Texts of a table that keeps its own against those of its sources, by the digests of the tables that hold them. An index
 * over another table has none: its integrity-check compares it with that table.
 */
export async function verifyTexts(
  stored: Stored,
  sources: readonly ResolvedSource[],
  legacy: LegacyImages,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, table, image, schema } = stored;
  const declaration = fullTextDeclaration(table.sql);
  if (declaration?.content !== 'own') return [];
  const carried = declaration.columns.filter((column) =>
    sources.every((source) =>
      source.columns.some((mapping) => mapping.kind === 'column' && sameName(mapping.target, column)),
    ),
  );
  const withKeys = sources.every((source) => source.keys === 'keep');
  let expected: Content = NOTHING;
  for (const source of sources) {
    const from = await legacy.open(source.database);
    const declared = from.schema.tables.find(({ name }) => sameName(name, source.table));
    const columns = fullTextDeclaration(declared?.sql ?? '')?.columns ?? [];
    const places = carried.map((column) => {
      const mapping = source.columns.find((candidate) => sameName(candidate.target, column));
      return columns.findIndex((name) => mapping?.kind === 'column' && sameName(name, mapping.source));
    });
    const part = await textsOf(from.image, from.schema, source.table, places, withKeys, options);
    expected = {
      rows: expected.rows + part.rows,
      digest: addDigests(expected.digest, part.digest),
    };
  }
  const places = carried.map((column) => declaration.columns.indexOf(column));
  const actual = await textsOf(image, schema, table.name, places, withKeys, options);
  const text = ({ rows, digest }: Content) => `${rows} rows, digest ${digest}`;
  return [
    {
      name: `${target.name}.${table.name}: texts from ${sources.map((source) => `${source.database} ${source.table}`).join(', ')}`,
      ok: expected.rows === actual.rows && expected.digest === actual.digest,
      expected: text(expected),
      actual: text(actual),
      target: target.name,
      table: table.name,
    },
  ];
}

/** FTS5 keeps the texts in the shadow table `_content`: `id`, then `c0`, `c1`, … (https://sqlite.org/fts5.html, section 9). */
async function textsOf(
  image: DatabaseImage,
  schema: DatabaseSchema,
  table: string,
  places: readonly number[],
  withKeys: boolean,
  options: WorkOptions,
): Promise<Content> {
  const content = schema.tables.find(({ name }) => sameName(name, `${table}_content`));
  if (!content) return NOTHING;
  const columns = [...(withKeys ? ['id'] : []), ...places.map((place) => `c${place}`)];
  return digestTable(image, content, columns, options);
}

/**
 * The module's own `integrity-check` of every full-text table (https://sqlite.org/fts5.html, section 6.4), in a copy of
 * the target. An index that moved as it was may have the faults it had before (a tokenizer that only its program knows is
 * one), but no others; then what it is made of has to be the same row for row.
 * @param shadows compares the tables that an index is made of
 */
export async function verifyFullText(
  target: ResolvedTarget,
  file: string,
  scratch: string,
  legacy: LegacyImages,
  shadows: (table: ResolvedTable) => Promise<VerificationCheck[]>,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const tables = target.tables.filter((table) => table.kind === 'virtual' && fullTextDeclaration(table.sql));
  if (tables.length === 0) return [];
  const copy = path.join(scratch, 'full-text-check.db');
  const checks: VerificationCheck[] = [];
  options.progress?.({ phase: 'verify', message: `Checking the full-text indexes of ${target.name}` });
  const names = tables.map(({ name }) => name);
  const faults = await faultsOf(file, target.path, names, copy, options);
  for (const table of tables) {
    const [source] = table.sources.filter(({ database }) => legacy.holds(database));
    const fault = faults.get(table.name);
    // The same fault in the legacy index: nothing was lost on the way.
    const known =
      fault !== undefined && source !== undefined && table.sources.length === 1
        ? (await faultsOf(legacy.fileOf(source.database), source.database, [source.table], copy, options)).get(
            source.table,
          )
        : undefined;
    checks.push({
      name: `${target.name}.${table.name}: full-text integrity-check`,
      ok: fault === undefined || fault === known,
      expected: known === undefined ? 'ok' : `${known}, as in ${source!.database}`,
      actual: fault ?? 'ok',
      target: target.name,
      table: table.name,
    });
    if (known !== undefined) checks.push(...(await shadows(table)));
  }
  return checks;
}

/** What the module finds wrong with which indexes of a file; it is asked about a copy. */
async function faultsOf(
  file: string,
  name: string,
  tables: readonly string[],
  copy: string,
  options: WorkOptions,
): Promise<Map<string, string>> {
  const faults = new Map<string, string>();
  await writeRecovered(file, name, copy, options);
  let database: FullTextDatabase | undefined;
  try {
    for (const table of tables) {
      const quoted = quoteIdentifier(table);
      try {
        database ??= openFullText(copy);
        database.exec(`INSERT INTO ${quoted} (${quoted}, rank) VALUES ('integrity-check', 1)`);
      } catch (error) {
        faults.set(table, error instanceof Error ? error.message : String(error));
      }
    }
    return faults;
  } finally {
    database?.close();
    await rm(copy, { force: true });
  }
}
