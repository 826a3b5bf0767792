import type { InventoryTable } from '../inventory/inventory';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import { triggerBodies, type ShownColumn } from './compatibility-triggers';
import { parseCreateTable } from './ddl';
import { foldName, sameName } from '../sqlite/sql-tokens';
import type { Reporter } from './reporter';
import type { ResolvedSource, ResolvedTable, ResolvedTarget } from './resolved';

type CompatibilityView = ResolvedTarget['views'][number];

interface Candidate {
  readonly table: ResolvedTable;
  readonly source: ResolvedSource;
}

/**
 * Views under the legacy names of renamed tables (https://sqlite.org/lang_createview.html) with INSTEAD OF triggers, so that
 * code that was missed can still read and write. Where several tables had one name, the view stands for the one of the
 * legacy database in whose place the target comes, since only its code can still be looking here.
 * @param taken names, folded, of all objects of the target
 */
export function compatibilityViews(
  target: { readonly name: string; readonly replaces?: string },
  tables: readonly ResolvedTable[],
  legacyTable: (source: ResolvedSource) => InventoryTable | undefined,
  taken: ReadonlySet<string>,
  reporter: Reporter,
): CompatibilityView[] {
  const byName = new Map<string, Candidate[]>();
  for (const table of tables)
    for (const source of table.sources) {
      const folded = foldName(source.table);
      if (table.kind === 'virtual' || taken.has(folded)) continue;
      byName.set(folded, [...(byName.get(folded) ?? []), { table, source }]);
    }
  const used = new Set(taken);
  return [...byName.values()].flatMap((candidates): CompatibilityView[] => {
    const chosen = choose(target, candidates);
    if (!chosen) {
      reporter.info(
        'COMPATIBILITY_VIEW_AMBIGUOUS',
        ['compatibility'],
        `${candidates[0]!.source.table} was the name of several tables that are now in ${target.name}; no compatibility view can stand for all of ${candidates.map(({ table }) => table.name).join(', ')}.`,
      );
      return [];
    }
    return [view(chosen, legacyTable(chosen.source), used)];
  });
}

function choose(target: { readonly replaces?: string }, candidates: readonly Candidate[]): Candidate | undefined {
  const own = candidates.find(({ source }) => source.database === target.replaces);
  if (own) return own;
  const tables = new Set(candidates.map(({ table }) => table));
  return tables.size === 1 ? candidates[0] : undefined;
}

/** Legacy columns in their order, each with the unified column that holds its values now. */
function shownColumns({ table, source }: Candidate, legacy: InventoryTable | undefined): ShownColumn[] {
  const computed = new Set(
    parseCreateTable(table.sql)
      ?.columns.filter((column) => column.constraints.some(({ kind }) => kind === 'generated'))
      .map(({ name }) => foldName(name)),
  );
  const mapped = source.columns.flatMap((column) =>
    column.kind === 'column' ? [{ unified: column.target, legacy: column.source }] : [],
  );
  if (!legacy) return mapped;
  return legacy.columns.flatMap((column) => {
    const known = mapped.find((candidate) => candidate.legacy === column.name);
    if (known) return [known];
    const renewed = source.columns.find(
      (candidate) => candidate.kind === 'sql' && sameName(candidate.target, column.name),
    );
    if (renewed) return [{ unified: renewed.target, legacy: column.name }];
    return column.generated !== 'hidden' && computed.has(foldName(column.name))
      ? [{ unified: column.name, legacy: column.name }]
      : [];
  });
}

function view({ table, source }: Candidate, legacy: InventoryTable | undefined, used: Set<string>): CompatibilityView {
  const columns = shownColumns({ table, source }, legacy);
  // Merged rows of other sources are none of the legacy table's, where a discriminator tells them apart.
  const fixed =
    table.sources.length > 1 ? source.columns.flatMap((column) => (column.kind === 'constant' ? [column] : [])) : [];
  const conditions = fixed.map((column) => `${quoteIdentifier(column.target)} IS ${quoteLiteral(column.value)}`);
  const name = quoteIdentifier(source.table);
  const unified = quoteIdentifier(table.name);
  const select = columns
    .map(({ unified: column, legacy }) =>
      column === legacy ? quoteIdentifier(column) : `${quoteIdentifier(column)} AS ${quoteIdentifier(legacy)}`,
    )
    .join(', ');
  return {
    name: source.table,
    sql: `CREATE VIEW ${name} AS SELECT ${select} FROM ${unified}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`,
    table: table.name,
    source: { database: source.database, table: source.table },
    triggers: Object.entries(triggerBodies({ table, source, legacy, columns, conditions })).map(([event, body]) => {
      const trigger = uniqueName(`${source.table}_${event.toLowerCase()}`, used);
      const sql = `CREATE TRIGGER ${quoteIdentifier(trigger)} INSTEAD OF ${event} ON ${name} BEGIN ${body} END`;
      return { name: trigger, sql };
    }),
  };
}

/** The name, or the name with a number that nothing else has. */
export function uniqueName(wanted: string, used: Set<string>): string {
  let name = wanted;
  for (let number = 2; used.has(foldName(name)); number++) name = `${wanted}_${number}`;
  used.add(foldName(name));
  return name;
}
