import type { Finding } from '../core/ports';
import { array, boolean, literal, message, nullable, number, object, optional, record, string } from './shape';

/** Messages between the extension host and the Mapping view, a custom editor of the plan file. */

export interface MappingTarget {
  readonly name: string;
  readonly path: string;
  readonly purpose: string;
  /** The legacy database whose place it takes. */
  readonly replaces?: string;
  readonly tables: number;
}

export interface MappingTable {
  readonly table: string;
  readonly rows: number | null;
  readonly action: 'move' | 'retire' | 'rebuild' | 'skip-empty';
  readonly target?: string;
  /** Name in the target. */
  readonly name?: string;
  readonly reason?: string;
  /** `source = legacy`, for people. */
  readonly discriminator?: string;
  /** Number of other sources whose rows end in the same unified table. */
  readonly sharedWith: number;
}

export interface MappingDatabase {
  readonly path: string;
  readonly action: 'merge' | 'keep' | 'retire' | 'rebuild';
  readonly reason?: string;
  readonly bytes: number;
  readonly absent: boolean;
  readonly tables: readonly MappingTable[];
}

export interface MappingState {
  readonly type: 'state';
  readonly planFile: string;
  readonly name: string;
  readonly busy: string | null;
  readonly error: string | null;
  /** False when the plan file cannot be read; the findings say why. */
  readonly readable: boolean;
  readonly targets: readonly MappingTarget[];
  readonly databases: readonly MappingDatabase[];
  readonly findings: readonly Finding[];
  readonly trusted: boolean;
}

export type ToMapping = MappingState;

/** A change of the plan that the view asks for. It becomes text edits of the plan file, which can be undone. */
export type MappingEdit =
  | {
      readonly kind: 'move';
      readonly database: string;
      readonly table: string;
      readonly target: string;
      readonly name: string;
    }
  | { readonly kind: 'retire'; readonly database: string; readonly table: string; readonly reason: string }
  | {
      readonly kind: 'database';
      readonly database: string;
      readonly action: 'merge' | 'keep' | 'retire' | 'rebuild';
      readonly reason: string;
    };

export const mappingCommands = ['scan', 'draftPlan', 'checkPlan', 'dryRun', 'migrate', 'openInventory'] as const;
export type MappingCommand = (typeof mappingCommands)[number];

export type FromMapping =
  | { readonly type: 'ready' }
  | { readonly type: 'command'; readonly command: MappingCommand }
  | { readonly type: 'edit'; readonly edit: MappingEdit }
  /** Apply resolution `resolution` of the finding at `finding`, an index into the findings last sent. */
  | { readonly type: 'resolve'; readonly finding: number; readonly code: string; readonly resolution: string }
  | { readonly type: 'openPlan'; readonly line: number | null };

const actions = literal('merge', 'keep', 'retire', 'rebuild');

const table = object<MappingTable>({
  table: string,
  rows: nullable(number),
  action: literal('move', 'retire', 'rebuild', 'skip-empty'),
  target: optional(string),
  name: optional(string),
  reason: optional(string),
  discriminator: optional(string),
  sharedWith: number,
});

export const isToMapping = message<ToMapping>({
  state: object<MappingState>({
    type: literal('state'),
    planFile: string,
    name: string,
    busy: nullable(string),
    error: nullable(string),
    readable: boolean,
    targets: array(
      object<MappingTarget>({
        name: string,
        path: string,
        purpose: string,
        replaces: optional(string),
        tables: number,
      }),
    ),
    databases: array(
      object<MappingDatabase>({
        path: string,
        action: actions,
        reason: optional(string),
        bytes: number,
        absent: boolean,
        tables: array(table),
      }),
    ),
    findings: array(record<Finding>()),
    trusted: boolean,
  }),
});

type Variant<T, K extends string, V extends string> = Extract<T, { readonly [key in K]: V }>;

const edit = (value: unknown): value is MappingEdit =>
  object<Variant<MappingEdit, 'kind', 'move'>>({
    kind: literal('move'),
    database: string,
    table: string,
    target: string,
    name: string,
  })(value) ||
  object<Variant<MappingEdit, 'kind', 'retire'>>({
    kind: literal('retire'),
    database: string,
    table: string,
    reason: string,
  })(value) ||
  object<Variant<MappingEdit, 'kind', 'database'>>({
    kind: literal('database'),
    database: string,
    action: actions,
    reason: string,
  })(value);

export const isFromMapping = message<FromMapping>({
  ready: object<Variant<FromMapping, 'type', 'ready'>>({ type: literal('ready') }),
  command: object<Variant<FromMapping, 'type', 'command'>>({
    type: literal('command'),
    command: literal(...mappingCommands),
  }),
  edit: object<Variant<FromMapping, 'type', 'edit'>>({ type: literal('edit'), edit }),
  resolve: object<Variant<FromMapping, 'type', 'resolve'>>({
    type: literal('resolve'),
    finding: number,
    code: string,
    resolution: string,
  }),
  openPlan: object<Variant<FromMapping, 'type', 'openPlan'>>({ type: literal('openPlan'), line: nullable(number) }),
});
