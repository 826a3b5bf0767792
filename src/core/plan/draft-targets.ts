import type { InventoryDatabase } from '../inventory/inventory';
import { foldName } from '../sqlite/sql-tokens';
import type { PlanTarget } from './definition';
import { singular, type DatabaseFamily, type DraftedDatabase } from './draft-databases';
import { compareText, movableTables } from './sources';

export interface DraftedTargets {
  /** In the order in which the plan lists them. */
  readonly targets: Readonly<Record<string, PlanTarget & { readonly why: string }>>;
  /** Target of each merged database, by path, with the reason. */
  readonly assignment: ReadonlyMap<string, { readonly target: string; readonly why: string }>;
}

interface Temperature {
  readonly name: string;
  readonly words: RegExp;
  readonly purpose: string;
  readonly profile: string;
}

/** Hot, warm and cold, told by the words that projects use for them. */
const WARM: Temperature = {
  name: 'analytics',
  words:
    /analytic|metric|cost|usage|stat(s|istic)|log|memor|sentiment|tracking|telemetry|learning|insight|report|health|whale|call|event|history|score|tweet|_x_|admin|llm/,
  purpose: 'Metrics, logs, memory: data that is appended and analysed',
  profile: 'standard',
};
const COLD: Temperature = {
  name: 'cache',
  words: /cache|rate_?limit|session|tmp|temp|queue_state|throttle|lock|ephemeral/,
  purpose: 'Data that can be rebuilt',
  profile: 'cache',
};
const HOT: Temperature = { name: 'core', words: /(?!)/, purpose: 'Operational data', profile: 'standard' };
const BY_NAME = 'by its name';
const NO_REASON = 'nothing speaks for another target';
const SERIES = /histor|prices?|rates?([^a-z]|$)|series|ohlc|candles?/;
const LEDGER = /ledger|trade|treasury|cash|dividend|tax|invoice|payment|audit/;

/** A family of so many files gets a target of its own. */
const FAMILY_OF_ITS_OWN = 8;

export interface TargetWishes {
  readonly into?: string;
  readonly targets?: readonly string[];
}

/** Proposes the targets and which of them each merged database goes into. */
export function draftTargets(
  databases: readonly DraftedDatabase[],
  families: readonly DatabaseFamily[],
  wishes: TargetWishes,
): DraftedTargets {
  const merged = databases.filter(({ action }) => action === 'merge').map(({ database }) => database);
  if (wishes.into !== undefined) return oneTarget(wishes.into, merged);
  const familyOf = new Map(
    families.flatMap((family) => family.members.map((member) => [member.path, family] as const)),
  );
  // A family counts once: its many files say nothing about where databases are kept.
  const folder = commonFolder(
    merged.filter(({ path }) => !familyOf.has(path) || familyOf.get(path)!.members[0]!.path === path),
  );
  const names = wishes.targets && wishes.targets.length > 0 ? uniqueNames(wishes.targets) : undefined;
  const choose = names ? chooserAmong(names) : chooserByUse(merged);
  const assignment = new Map<string, { target: string; why: string }>();
  for (const database of merged) {
    const family = familyOf.get(database.path);
    if (family && !names && family.members.length >= FAMILY_OF_ITS_OWN) {
      assignment.set(database.path, {
        target: targetName(
          family.pattern
            .replaceAll('*', '')
            .split('/')
            .filter((part) => part !== '' && !part.startsWith('.'))
            .at(-1) ?? 'history',
        ),
        why: 'one table for all files of the folder',
      });
      continue;
    }
    // All files of a family go one way: its folder speaks for all of them.
    assignment.set(
      database.path,
      choose(
        family ? `${family.pattern.replaceAll('*', '')} ${tableNames(family.members[0]!)}` : database.path,
        database,
      ),
    );
  }
  if (names) {
    fillUnused(names, merged, assignment);
    followNamesakes(merged, assignment);
  }
  followParents(merged, assignment);
  const used = names ?? [...new Set([...assignment.values()].map(({ target }) => target))].sort(byTemperature);
  const stays = new Set(databases.filter(({ action }) => action !== 'merge').map(({ database }) => database.path));
  return {
    targets: Object.fromEntries(
      used.map((name) => [
        name,
        targetFor(
          name,
          folder,
          stays,
          [...assignment].filter(([, entry]) => entry.target === name).map(([path]) => path),
        ),
      ]),
    ),
    assignment,
  };
}

function oneTarget(into: string, merged: readonly InventoryDatabase[]): DraftedTargets {
  const name = targetName(into);
  return {
    targets: {
      [name]: {
        path: into,
        purpose: `One database in place of ${merged.length}`,
        profile: 'standard',
        why: merged.some((database) => database.path === into)
          ? 'the legacy database at this path is merged too; the target takes its place'
          : 'as asked for',
      },
    },
    assignment: new Map(merged.map((database) => [database.path, { target: name, why: '' }])),
  };
}

/** A name for a target from a path or a wish: `data/roadmap.db` is `roadmap`. */
function targetName(wish: string): string {
  const stem = wish
    .split('/')
    .at(-1)!
    .replace(/\.[^.]+$/, '');
  const plain = stem
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^[^A-Za-z_]+/, '')
    .slice(0, 64);
  return plain === '' ? 'main' : plain;
}

function uniqueNames(wishes: readonly string[]): string[] {
  // Paths are made of them, and some file systems do not tell upper from lower case.
  const names = new Map(
    wishes
      .map((wish) => targetName(wish.trim()))
      .reverse()
      .map((name) => [name.toLowerCase(), name]),
  );
  return [...names.values()].reverse();
}

type Chooser = (text: string, database: InventoryDatabase) => { target: string; why: string };

/** Among wanted names: the one that the file or its folder bears, else the one whose use fits, else the first. */
function chooserAmong(names: readonly string[]): Chooser {
  const temperature = (wanted: Temperature) =>
    names.find((name) => wanted.words.test(name.toLowerCase()) || name.toLowerCase().includes(wanted.name));
  const cold = temperature(COLD);
  const warm =
    names.find((name) => name.toLowerCase().includes('analytic')) ??
    names.find((name) => name !== cold && WARM.words.test(name.toLowerCase()));
  const first = names.find((name) => name !== cold && name !== warm) ?? names[0]!;
  return (text, database) => {
    const path = text.toLowerCase();
    const words = path.split(/[^a-z0-9]+/);
    const named = [...names]
      .sort((a, b) => b.length - a.length)
      .find(
        (name) =>
          words.includes(name.toLowerCase()) || path.split('/').some((part) => part.startsWith(name.toLowerCase())),
      );
    if (named !== undefined) return { target: named, why: BY_NAME };
    const byUse = names.find(
      (name) => (LEDGER.test(name.toLowerCase()) && LEDGER.test(path)) || (/histor/i.test(name) && SERIES.test(path)),
    );
    if (byUse !== undefined) return { target: byUse, why: 'by what its name says' };
    const byTables = mostNamed(names, database);
    if (byTables !== undefined) return { target: byTables, why: 'by the names of its tables' };
    const tables = `${path} ${tableNames(database)}`;
    if (cold !== undefined && COLD.words.test(path)) return { target: cold, why: 'can be rebuilt (by its name)' };
    if (warm !== undefined && WARM.words.test(path))
      return { target: warm, why: 'is analysed rather than operated on (by its name)' };
    if (cold !== undefined && COLD.words.test(tables) && !WARM.words.test(tables))
      return { target: cold, why: 'can be rebuilt (by its tables)' };
    return { target: first, why: NO_REASON };
  };
}

/** The target whose name most of the tables have a word in common with. */
function mostNamed(names: readonly string[], database: InventoryDatabase): string | undefined {
  const words = movableTables(database).map((table) =>
    table.name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .map(singular),
  );
  const counts = names.map((name) => ({
    name,
    count: words.filter((table) => table.includes(singular(name.toLowerCase()))).length,
  }));
  const [best] = counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  return best?.name;
}

/** No wishes: cold by name, warm by name, all else is operational. What code uses most is hot whatever its name. */
function chooserByUse(merged: readonly InventoryDatabase[]): Chooser {
  const most = Math.max(0, ...merged.map((database) => database.references));
  return (text, database) => {
    const path = text.toLowerCase();
    if (COLD.words.test(path)) return { target: COLD.name, why: 'can be rebuilt (by its name)' };
    if (database.references > 3 && database.references * 2 >= most)
      return { target: HOT.name, why: `used in ${database.references} places of the code` };
    if (WARM.words.test(path)) return { target: WARM.name, why: 'is analysed rather than operated on (by its name)' };
    return { target: HOT.name, why: NO_REASON };
  };
}

/** A wanted target that nothing goes into gets the database with a table that begins with its name. */
function fillUnused(
  names: readonly string[],
  merged: readonly InventoryDatabase[],
  assignment: Map<string, { target: string; why: string }>,
): void {
  const size = (name: string) => [...assignment.values()].filter(({ target }) => target === name).length;
  for (const name of names) {
    if (size(name) > 0) continue;
    const wanted = singular(name.toLowerCase());
    const found = merged.flatMap((database) => {
      const now = assignment.get(database.path)!;
      const table = movableTables(database).find(
        (candidate) => singular(candidate.name.toLowerCase().split(/[^a-z0-9]+/)[0] ?? '') === wanted,
      );
      // What bears the name of its target stays there, and no target is emptied for another.
      return table && now.why !== BY_NAME && size(now.target) > 1 ? [{ database, table }] : [];
    })[0];
    if (found) assignment.set(found.database.path, { target: name, why: `has ${found.table.name}` });
  }
}

/** A database for which nothing else speaks goes where one goes that has half of its tables as well. */
function followNamesakes(
  merged: readonly InventoryDatabase[],
  assignment: Map<string, { target: string; why: string }>,
): void {
  const certain = merged.filter(({ path }) => assignment.get(path)!.why !== NO_REASON);
  for (const database of merged) {
    if (assignment.get(database.path)!.why !== NO_REASON) continue;
    const names = new Set(movableTables(database).map((table) => foldName(table.name)));
    const shared = (candidate: InventoryDatabase) =>
      movableTables(candidate).filter((table) => names.has(foldName(table.name))).length;
    const other = certain.find((candidate) => shared(candidate) * 2 >= names.size && names.size > 0);
    if (other)
      assignment.set(database.path, {
        target: assignment.get(other.path)!.target,
        why: `has tables that ${other.path} has as well`,
      });
  }
}

/** A database whose foreign keys lead to tables of another one goes where that one goes. */
function followParents(
  merged: readonly InventoryDatabase[],
  assignment: Map<string, { target: string; why: string }>,
): void {
  const owners = new Map<string, InventoryDatabase[]>();
  for (const database of merged)
    for (const table of movableTables(database))
      owners.set(foldName(table.name), [...(owners.get(foldName(table.name)) ?? []), database]);
  for (const database of merged) {
    const own = new Set(movableTables(database).map((table) => foldName(table.name)));
    const foreign = movableTables(database)
      .flatMap((table) => table.foreignKeys.map((key) => foldName(key.table)))
      .find((parent) => !own.has(parent) && owners.get(parent)?.length === 1);
    if (foreign === undefined) continue;
    const parent = owners.get(foreign)![0]!;
    const { target } = assignment.get(parent.path)!;
    if (assignment.get(database.path)!.target !== target)
      assignment.set(database.path, { target, why: `its foreign keys lead to ${parent.path}` });
  }
}

function tableNames(database: InventoryDatabase): string {
  return movableTables(database)
    .map((table) => table.name.toLowerCase())
    .join(' ');
}

function byTemperature(a: string, b: string): number {
  const rank = (name: string) => [HOT.name, WARM.name, COLD.name].indexOf(name);
  return rank(a) - rank(b) || compareText(a, b);
}

function targetFor(
  name: string,
  folder: string,
  stays: ReadonlySet<string>,
  sources: readonly string[],
): PlanTarget & { why: string } {
  const kind =
    [COLD, WARM, HOT].find((temperature) => name.toLowerCase().includes(temperature.name)) ??
    (COLD.words.test(name.toLowerCase()) ? COLD : HOT);
  const ledger = LEDGER.test(name.toLowerCase());
  let path = `${folder}${name}.db`;
  if (stays.has(path)) path = `${folder}${name}_unified.db`;
  return {
    path,
    purpose: kind === HOT ? undefined : kind.purpose,
    profile: ledger ? 'ledger' : kind.profile,
    why: ledger
      ? 'money: every transaction is flushed (profile ledger)'
      : kind === COLD
        ? 'speed before durability (profile cache)'
        : sources.length === 1
          ? '1 legacy database'
          : `${sources.length} legacy databases`,
  };
}

/** Folder, with a slash, in which most merged databases lie; the shortest of several. */
function commonFolder(merged: readonly InventoryDatabase[]): string {
  const counts = new Map<string, number>();
  for (const { path } of merged) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || a.length - b.length || compareText(a, b));
  return best?.[0] ?? '';
}
