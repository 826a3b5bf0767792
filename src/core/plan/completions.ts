import { createScanner, getLocation, parseTree } from 'jsonc-parser';
import picomatch from 'picomatch';
import type { Inventory, InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { BUILT_IN_PROFILES } from './definition';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { planValue } from './plan-value';
import { expandPath, isPattern, movableTables } from './sources';

/** One offer of the editor's completion list in a plan. */
export interface PlanCompletion {
  readonly label: string;
  /** What is put in place of `range`, quotes included. */
  readonly insertText: string;
  readonly detail: string;
  readonly kind: 'database' | 'table' | 'view' | 'column' | 'target' | 'profile' | 'value';
  /** The text that it replaces, as offsets. */
  readonly range: { readonly offset: number; readonly length: number };
}

interface Offer {
  readonly label: string;
  readonly detail: string;
  readonly kind: PlanCompletion['kind'];
  /** For a key: the value that goes with it. */
  readonly value?: string;
}

/**
 * Names that exist, where the plan wants one: databases, tables, columns, targets, profiles. (Words of the format itself
 * come from the JSON Schema.) Works on text that is being typed, so on text that is not valid yet.
 * @param offset of the cursor
 */
export function planCompletions(text: string, offset: number, inventory: Inventory): PlanCompletion[] {
  const location = getLocation(text, offset);
  const root = parseTree(text, [], { allowTrailingComma: true });
  const plan = (root ? planValue(root, []) : {}) as PlanShape;
  const range = replaced(text, offset);
  const followed = /^\s*:/.test(text.slice(range.offset + range.length));
  return new Offers(plan, inventory).at(location.path, location.isAtPropertyKey).map((offer) => ({
    label: offer.label,
    insertText: JSON.stringify(offer.label) + (location.isAtPropertyKey && !followed ? `: ${offer.value ?? '{}'}` : ''),
    detail: offer.detail,
    kind: offer.kind,
    range,
  }));
}

/** Kinds of the scanner's tokens (`SyntaxKind`, a const enum that does not exist at run time). */
const STRING = 10;
const END = 17;

/** The text under the cursor: the string it stands in, or what has been typed of a word. */
function replaced(text: string, offset: number): { offset: number; length: number } {
  const scanner = createScanner(text, true);
  for (let kind: number = scanner.scan(); kind !== END && scanner.getTokenOffset() <= offset; kind = scanner.scan()) {
    const start = scanner.getTokenOffset();
    const length = scanner.getTokenLength();
    if (kind === STRING && start < offset && offset <= start + length) return { offset: start, length };
  }
  const word = /[\w./*-]*$/.exec(text.slice(0, offset))![0];
  return { offset: offset - word.length, length: word.length };
}

/** As much of a plan as completion needs; anything may be missing while it is typed. */
interface PlanShape {
  readonly targets?: Readonly<Record<string, { readonly tables?: Readonly<Record<string, unknown>> } | undefined>>;
  readonly sources?: Readonly<
    Record<string, { readonly tables?: Readonly<Record<string, { readonly to?: unknown } | undefined>> } | undefined>
  >;
  readonly profiles?: Readonly<Record<string, unknown>>;
}

class Offers {
  constructor(
    private readonly plan: PlanShape,
    private readonly inventory: Inventory,
  ) {}

  at(path: readonly (string | number)[], isKey: boolean): Offer[] {
    const [first, name, part, table, field, column] = path.map(String);
    if (first === 'sources' && isKey && path.length === 2) return this.databases();
    if (first === 'sources' && part === 'tables') {
      const databases = this.matching(name ?? '');
      if (isKey && path.length === 4) return this.tables(name ?? '', databases);
      if (field === 'to') return this.addresses(databases, table ?? '');
      const legacy = databases.flatMap((database) =>
        database.tables.filter((candidate) => sameName(candidate.name, table ?? '')),
      );
      if (field === 'columns' && isKey && path.length === 6) return columns(legacy, '""');
      if (field === 'keys' && (column === 'first' || column === 'last')) return columns(legacy, '""');
    }
    if (first === 'sources' && part === 'to') return this.targets();
    if (first === 'targets' && part === 'profile') return this.profiles();
    if (first === 'targets' && part === 'tables' && isKey && path.length === 4) return this.unifiedTables(name ?? '');
    if (first === 'targets' && part === 'tables' && field === 'columns' && isKey)
      return this.unifiedColumns(name ?? '', table ?? '');
    if (first === 'checks' && part === 'target') return this.targets();
    if (first === 'criticalQueries' && part === 'target') return this.targets();
    if (first === 'rollout' && path.includes('targets')) return this.targets();
    if (first === 'relations') return this.unifiedAddresses(isKey);
    return [];
  }

  private databases(): Offer[] {
    const taken = new Set(Object.keys(this.plan.sources ?? {}));
    return this.inventory.databases
      .filter(({ path }) => !taken.has(path))
      .map((database) => ({
        label: database.path,
        detail:
          database.kind === 'sqlite'
            ? `${movableTables(database).length} tables, ${database.bytes.toLocaleString('en-US')} bytes`
            : database.kind,
        kind: 'database' as const,
        value: '{ "action": "merge" }',
      }));
  }

  /** The databases that a key of `sources` speaks for. */
  private matching(key: string): InventoryDatabase[] {
    const exact = this.inventory.databases.filter(({ path }) => path === key);
    if (exact.length > 0 || key === '' || !isPattern(key)) return exact;
    const matches = picomatch(key, { dot: true, windows: false });
    return this.inventory.databases.filter(({ path }) => matches(path));
  }

  private tables(key: string, databases: readonly InventoryDatabase[]): Offer[] {
    const taken = new Set(Object.keys(this.plan.sources?.[key]?.tables ?? {}).map(foldName));
    const target = Object.keys(this.plan.targets ?? {})[0];
    const found = new Map<string, InventoryTable>();
    for (const database of databases)
      for (const table of database.tables)
        if (!table.shadowOf && !taken.has(foldName(table.name)) && !found.has(table.name)) found.set(table.name, table);
    return [...found.values()].map((table) => ({
      label: table.name,
      detail:
        table.kind === 'view'
          ? 'view'
          : table.rows === null
            ? `virtual table (${table.module ?? 'unknown module'})`
            : `${table.rows.toLocaleString('en-US')} rows`,
      kind: table.kind === 'view' ? ('view' as const) : ('table' as const),
      value: target === undefined ? '{ "to": "" }' : `{ "to": ${JSON.stringify(`${target}.${table.name}`)} }`,
    }));
  }

  /** Targets with the legacy name, and unified tables that other sources already go into. */
  private addresses(databases: readonly InventoryDatabase[], table: string): Offer[] {
    const known = this.unifiedNames();
    const offers = new Map<string, Offer>();
    for (const target of Object.keys(this.plan.targets ?? {})) {
      const label = `${target}.${table}`;
      offers.set(label, { label, detail: `table ${table} of ${target}`, kind: 'target' });
      for (const name of known.get(target) ?? [])
        offers.set(`${target}.${name}`, {
          label: `${target}.${name}`,
          detail: 'a unified table that others go into',
          kind: 'table',
        });
    }
    const [example] = databases;
    if (databases.length > 1 && example) {
      const label = `${Object.keys(this.plan.targets ?? {})[0] ?? 'target'}.${table}_\${stem}`;
      offers.set(label, {
        label,
        detail: `one table for each file, e.g. ${expandPath(label, example.path)}`,
        kind: 'table',
      });
    }
    return [...offers.values()];
  }

  private unifiedNames(): Map<string, Set<string>> {
    const names = new Map<string, Set<string>>();
    for (const source of Object.values(this.plan.sources ?? {}))
      for (const entry of Object.values(source?.tables ?? {})) {
        if (typeof entry?.to !== 'string') continue;
        const dot = entry.to.indexOf('.');
        const target = dot < 0 ? entry.to : entry.to.slice(0, dot);
        const known = names.get(target) ?? new Set<string>();
        if (dot > 0) names.set(target, known.add(entry.to.slice(dot + 1)));
      }
    return names;
  }

  private targets(): Offer[] {
    return Object.keys(this.plan.targets ?? {}).map((name) => ({
      label: name,
      detail: 'target',
      kind: 'target' as const,
      value: '""',
    }));
  }

  private profiles(): Offer[] {
    const names = new Set([...Object.keys(BUILT_IN_PROFILES), ...Object.keys(this.plan.profiles ?? {})]);
    return [...names].map((name) => ({
      label: name,
      detail: name in BUILT_IN_PROFILES ? 'built-in profile' : 'profile of this plan',
      kind: 'profile' as const,
    }));
  }

  private unifiedTables(target: string): Offer[] {
    return [...(this.unifiedNames().get(target) ?? [])].map((name) => ({
      label: name,
      detail: `unified table of ${target}`,
      kind: 'table' as const,
    }));
  }

  private unifiedColumns(target: string, table: string): Offer[] {
    return columns(this.legacyTables(target, table), '{}');
  }

  private legacyTables(target: string, table: string): InventoryTable[] {
    return Object.entries(this.plan.sources ?? {}).flatMap(([key, source]) =>
      Object.entries(source?.tables ?? {}).flatMap(([name, entry]) =>
        entry?.to === `${target}.${table}`
          ? this.matching(key).flatMap((database) =>
              database.tables.filter((candidate) => sameName(candidate.name, name)),
            )
          : [],
      ),
    );
  }

  private unifiedAddresses(isKey: boolean): Offer[] {
    return [...this.unifiedNames()].flatMap(([target, tables]) =>
      [...tables].flatMap((table) =>
        columns(this.legacyTables(target, table), '""').map((column) => ({
          ...column,
          label: `${target}.${table}.${column.label}`,
          ...(isKey ? {} : { value: undefined }),
        })),
      ),
    );
  }
}

function columns(tables: readonly InventoryTable[], value: string): Offer[] {
  const found = new Map<string, Offer>();
  for (const table of tables)
    for (const column of table.columns)
      if (column.generated !== 'hidden' && !found.has(foldName(column.name)))
        found.set(foldName(column.name), {
          label: column.name,
          detail: `${column.type || 'no type'}${column.primaryKey > 0 ? ', key' : ''}${column.notNull ? ', NOT NULL' : ''}`,
          kind: 'column',
          value,
        });
  return [...found.values()];
}
