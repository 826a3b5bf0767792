import type { MigrateResult } from '../core/results';
import { boolean, literal, message, nullable, number, object, record, string } from './shape';

/** Messages between the extension host and the Report view. */

export interface ReportState {
  readonly type: 'state';
  readonly workspace: string;
  /** Null when the run's report cannot be read; `error` says why. */
  readonly result: MigrateResult | null;
  readonly state: 'published' | 'rolled-back' | 'failed' | 'interrupted' | 'backed-up' | 'dry-run' | 'unchanged';
  /** ISO 8601; empty for a dry run. */
  readonly started: string;
  readonly staleReferences: number;
  readonly busy: string | null;
  readonly error: string | null;
  readonly trusted: boolean;
}

export type ToReport = ReportState;

export const reportCommands = ['migrate', 'verify', 'rollback', 'fixAllInWorkspace', 'openMapping'] as const;
export type ReportCommand = (typeof reportCommands)[number];

export type FromReport =
  | { readonly type: 'ready' }
  | { readonly type: 'command'; readonly command: ReportCommand }
  | { readonly type: 'openFile'; readonly which: 'report' | 'backup' };

export const isToReport = message<ToReport>({
  state: object<ReportState>({
    type: literal('state'),
    workspace: string,
    result: nullable(record<MigrateResult>()),
    state: literal('published', 'rolled-back', 'failed', 'interrupted', 'backed-up', 'dry-run', 'unchanged'),
    started: string,
    staleReferences: number,
    busy: nullable(string),
    error: nullable(string),
    trusted: boolean,
  }),
});

type Variant<V extends FromReport['type']> = Extract<FromReport, { readonly type: V }>;

export const isFromReport = message<FromReport>({
  ready: object<Variant<'ready'>>({ type: literal('ready') }),
  command: object<Variant<'command'>>({ type: literal('command'), command: literal(...reportCommands) }),
  openFile: object<Variant<'openFile'>>({ type: literal('openFile'), which: literal('report', 'backup') }),
});
