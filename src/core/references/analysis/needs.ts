import { foldName } from '../../sqlite/sql-tokens';
import type { Module } from '../evaluation/project';
import type { TargetNeed } from '../reference';
import type { Expression } from '../syntax/program';
import { getOrAdd } from '../evaluation/project';
import type { PlanView } from './plan-view';
import type { Queries, TablePlace } from './queries';

/** The tables that statements ask for through the connections opened with a path. */
export function usesByOrigin(queries: Queries): Map<Expression, TablePlace[]> {
  const result = new Map<Expression, TablePlace[]>();
  for (const place of queries.places.values()) {
    // Told where the name stands.
    if (place.filledFrom) continue;
    const origins = new Set<Expression>();
    for (const handle of place.handles.size > 0 ? place.handles : place.remote)
      for (const path of handle.paths) origins.add(path.origin.expression);
    for (const origin of origins) getOrAdd(result, origin, () => []).push(place);
  }
  return result;
}

/**
 * The one target that a path leads to: the only one that took tables of the database, or the only one that holds the
 * tables asked for through it. Else what is needed of each: by the statements, or, where none is known, by the plan.
 */
export function targetOf(
  plan: PlanView,
  database: string,
  used: readonly TablePlace[],
): { target?: string; needs?: readonly TargetNeed[] } {
  const targets = plan.targetsOf(database);
  if (targets.length === 0) return {};
  if (targets.length === 1) return { target: targets[0]! };
  const byTarget = new Map<string, TablePlace[]>();
  for (const place of used) {
    const target = plan.table(database, place.use.name)?.target;
    if (target !== undefined) getOrAdd(byTarget, target, () => []).push(place);
  }
  if (byTarget.size === 1) return { target: [...byTarget.keys()][0]! };
  if (byTarget.size === 0)
    return { needs: targets.map((target) => ({ target, tables: plan.tablesIn(database, target), by: [] })) };
  const needs = targets.flatMap((target): TargetNeed[] => {
    const places = byTarget.get(target);
    if (!places) return [];
    const tables = new Map(places.map(({ use }) => [foldName(use.name), plan.table(database, use.name)!.table]));
    const by = new Map(places.map((place) => unitOf(place)).map((unit) => [`${unit.file}\0${unit.name}`, unit]));
    return [{ target, tables: [...tables.values()].sort(), by: [...by.values()] }];
  });
  return { needs };
}

/** The class, else the outermost function, that a statement stands in; the file where there is neither. */
function unitOf({ module, start }: { module: Module; start: number }): TargetNeed['by'][number] {
  const { file, lines, program } = module;
  const around = program.scopes.filter(
    (scope) => scope.kind !== 'module' && scope.name !== '' && scope.start <= start && start < scope.end,
  );
  const unit = around.find((scope) => scope.kind === 'class') ?? around[0];
  const name = unit ? (unit.receiverType ?? unit.name) : file;
  return { file, line: lines.range(unit?.start ?? start, unit?.start ?? start).startLine, name };
}

const MOST_NAMED = 4;

/** `its tables go to core (users; asked for by UserStore) and media (assets)` */
export function saysNeeds(needs: readonly TargetNeed[]): string {
  const list = needs.map(({ target, tables, by }) => {
    const who = [...new Set(by.map(({ name }) => name))];
    return `${target} (${some(tables)}${who.length > 0 ? `; asked for by ${some(who)}` : ''})`;
  });
  return `its tables go to ${list.slice(0, -1).join(', ')} and ${list.at(-1)!}`;
}

/** What is to be known of a database that keeps its name but lost tables; nothing where it is not known who asks for them. */
export function keepsName(needs: readonly TargetNeed[], own: string | undefined): string | undefined {
  const lost = needs.filter(({ target }) => target !== own);
  if (own === undefined || lost.length === 0) return undefined;
  return `it keeps its name, but ${lost.map(({ target, tables }) => `${some(tables)} will be in ${target}`).join(', ')}`;
}

function some(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return rest > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${rest} more` : names.join(', ');
}
