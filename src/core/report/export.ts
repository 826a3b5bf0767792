import { ConsolidationError } from '../errors';
import type { Inventory } from '../inventory/inventory';
import type { Plan } from '../plan/definition';
import { exportComparison } from '../plan/export-comparison';
import { exportMermaid, exportSvg } from '../plan/export-graph';
import { exportMapping } from '../plan/export-mapping';
import { exportSchema } from '../plan/export-schema';
import type { DatabaseUse } from '../plan/graph';
import type { ResolvedPlan } from '../plan/resolved';
import { exportPng } from './graph-png';

/** What `export` writes, with the formats of each; the first is the default. */
export const EXPORTS = {
  schema: ['sql'],
  comparison: ['md'],
  mapping: ['csv'],
  graph: ['svg', 'png', 'mermaid'],
} as const;
export type ExportKind = keyof typeof EXPORTS;
export type ExportFormat = (typeof EXPORTS)[ExportKind][number];

export interface ExportedDocument {
  /** The name it has by itself, e.g. `migration_mapping.csv`. */
  readonly file: string;
  readonly content: string | Uint8Array;
}

export interface ExportInput {
  readonly plan: Plan;
  readonly resolved: ResolvedPlan;
  readonly inventory: Inventory;
  /** Code files that name a legacy database; the graph shows how many. */
  readonly uses: readonly DatabaseUse[];
}

/** File names that say the format. */
const EXTENSIONS: Readonly<Record<string, ExportFormat>> = {
  '.sql': 'sql',
  '.md': 'md',
  '.csv': 'csv',
  '.svg': 'svg',
  '.png': 'png',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
};

/**
 * What is to be exported, and how.
 * @param format as asked for; else the ending of the output file says it; else the first of the kind
 * @throws ConsolidationError `USAGE`
 */
export function exportWish(
  kind: string | undefined,
  format?: string,
  output?: string,
): { readonly kind: ExportKind; readonly format: ExportFormat } {
  const known = Object.keys(EXPORTS).join(', ');
  if (kind === undefined || !Object.hasOwn(EXPORTS, kind))
    throw new ConsolidationError(
      'USAGE',
      kind === undefined
        ? `Say what to export: ${known}.`
        : `${JSON.stringify(kind)} cannot be exported. Choose one of ${known}.`,
    );
  const formats: readonly ExportFormat[] = EXPORTS[kind as ExportKind];
  const dot = output?.lastIndexOf('.') ?? -1;
  const wanted = format ?? (dot < 0 ? undefined : EXTENSIONS[output!.slice(dot).toLowerCase()]) ?? formats[0]!;
  const found = formats.find((candidate) => candidate === wanted);
  if (!found)
    throw new ConsolidationError(
      'USAGE',
      `${kind} is exported as ${formats.join(', ')}, not as ${JSON.stringify(wanted)}.${format === undefined ? ' Give the file another ending.' : ''}`,
    );
  return { kind: kind as ExportKind, format: found };
}

/** The documents of one export: one, but for `schema`, which has a file for each target. */
export function exportDocuments(kind: ExportKind, format: ExportFormat, input: ExportInput): ExportedDocument[] {
  const { plan, resolved, inventory, uses } = input;
  const text = ({ file, text: content }: { file: string; text: string }) => ({ file, content });
  switch (kind) {
    case 'schema':
      return exportSchema(resolved).map(text);
    case 'comparison':
      return [text(exportComparison(resolved, inventory))];
    case 'mapping':
      return [text(exportMapping(plan, resolved, inventory))];
    case 'graph': {
      if (format === 'mermaid') return [text(exportMermaid(resolved, uses))];
      if (format === 'svg') return [text(exportSvg(resolved, uses))];
      const { file, bytes } = exportPng(resolved, uses);
      return [{ file, content: bytes }];
    }
  }
}
