import type { ErrorValue } from '../core/errors';
import type { Pipeline } from '../core/pipeline';
import type { ProgressUpdate } from '../core/ports';
import type { ReferencesResult } from '../core/references/reference';
import type { ReferenceList } from './reference-list';
import { boolean, literal, message, number, object, optional, record, string, unchecked } from './shape';

/** Messages between the extension host and the worker thread that runs the pipeline. */

export type Verb = keyof Pipeline;

/** What a verb is given, less what cannot be sent: progress and cancellation travel as messages of their own. */
export type VerbOptions<V extends Verb> = Omit<Parameters<Pipeline[V]>[0], 'progress' | 'signal' | 'onReferences'>;
export type VerbResult<V extends Verb> = Awaited<ReturnType<Pipeline[V]>>;

export interface Call {
  readonly type: 'call';
  readonly id: number;
  readonly verb: Verb;
  readonly options: VerbOptions<Verb>;
  /** Are the references to be sent before their fixes are known? */
  readonly wantsReferences?: boolean;
}

export interface Cancel {
  readonly type: 'cancel';
  readonly id: number;
}

export type ToWorker = Call | Cancel;

export interface Progress {
  readonly type: 'progress';
  readonly id: number;
  readonly update: ProgressUpdate;
}

/** References of a workspace, in the order in which they are sent: each list is said by the one before. */
export interface References {
  readonly type: 'references';
  readonly id: number;
  readonly workspace: string;
  readonly list: ReferenceList;
  readonly rest: Omit<ReferencesResult, 'references'>;
  /** Is it the result of the call? Else it is what is known before all fixes are. */
  readonly isResult: boolean;
}

export interface Result {
  readonly type: 'result';
  readonly id: number;
  readonly value: unknown;
}

export interface Failure {
  readonly type: 'failure';
  readonly id: number;
  readonly error: ErrorValue;
  /** For the log alone. */
  readonly stack?: string;
}

export type FromWorker = Progress | References | Result | Failure;

const verbs = literal(
  'scan',
  'draft',
  'check',
  'export',
  'import',
  'migrate',
  'verify',
  'rollback',
  'status',
  'references',
  'refactor',
) satisfies (value: unknown) => value is Verb;

export const isToWorker = message<ToWorker>({
  call: object<Call>({
    type: literal('call'),
    id: number,
    verb: verbs,
    options: record(),
    wantsReferences: optional(boolean),
  }),
  cancel: object<Cancel>({ type: literal('cancel'), id: number }),
});

export const isFromWorker = message<FromWorker>({
  progress: object<Progress>({ type: literal('progress'), id: number, update: record<ProgressUpdate>() }),
  references: object<References>({
    type: literal('references'),
    id: number,
    workspace: string,
    list: record<ReferenceList>(),
    rest: record<References['rest']>(),
    isResult: boolean,
  }),
  result: object<Result>({ type: literal('result'), id: number, value: unchecked<unknown>() }),
  failure: object<Failure>({
    type: literal('failure'),
    id: number,
    error: record<ErrorValue>(),
    stack: optional(string),
  }),
});
