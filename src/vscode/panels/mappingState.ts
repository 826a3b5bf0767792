import type { Inventory, InventoryDatabase } from '../../core/inventory/inventory';
import type { ResolvedPlan, TableDisposition } from '../../core/plan/resolved';
import type { CheckResult } from '../../core/results';
import type { MappingDatabase, MappingState, MappingTable, MappingTarget } from '../../protocol/mapping';

/** What the Mapping view shows of a checked plan. */
export function mappingState(
  planFile: string,
  checked: CheckResult | undefined,
  inventory: Inventory | undefined,
  extra: Pick<MappingState, 'busy' | 'error' | 'trusted'>,
): MappingState {
  const plan = checked?.resolved;
  const files = new Map(inventory?.databases.map((database) => [database.path, database]));
  const sharing = plan ? countSources(plan) : new Map<string, number>();
  return {
    type: 'state',
    planFile,
    name: plan?.name ?? '',
    readable: plan !== undefined || checked === undefined,
    targets: plan?.targets.map(toTarget) ?? [],
    databases:
      plan?.databases.map((database): MappingDatabase => {
        const file = files.get(database.path);
        return {
          path: database.path,
          action: database.action,
          reason: database.reason,
          bytes: file?.bytes ?? 0,
          absent: file === undefined || file.kind === 'absent',
          tables: database.tables.map((table) => toTable(table, file, sharing)),
        };
      }) ?? [],
    findings: checked?.findings ?? [],
    ...extra,
  };
}

function toTarget({ name, path, purpose, replaces, tables }: ResolvedPlan['targets'][number]): MappingTarget {
  return { name, path, purpose: purpose ?? '', replaces, tables: tables.length };
}

function toTable(
  disposition: TableDisposition,
  file: InventoryDatabase | undefined,
  sharing: ReadonlyMap<string, number>,
): MappingTable {
  const rows = file?.tables.find(({ name }) => name === disposition.table)?.rows ?? null;
  if (disposition.action !== 'move')
    return { table: disposition.table, rows, action: disposition.action, reason: disposition.reason, sharedWith: 0 };
  const discriminator = Object.entries(disposition.discriminator).map(([column, value]) => `${column} = ${value}`);
  return {
    table: disposition.table,
    rows,
    action: 'move',
    target: disposition.target,
    name: disposition.name,
    discriminator: discriminator.length > 0 ? discriminator.join(', ') : undefined,
    sharedWith: (sharing.get(unifiedKey(disposition.target, disposition.name)) ?? 1) - 1,
  };
}

function countSources(plan: ResolvedPlan): Map<string, number> {
  const counts = new Map<string, number>();
  for (const target of plan.targets)
    for (const table of target.tables) counts.set(unifiedKey(target.name, table.name), table.sources.length);
  return counts;
}

function unifiedKey(target: string, table: string): string {
  return JSON.stringify([target, table]);
}
