import type { Pipeline } from '../core/pipeline';
import type { PipelineOptions } from '../core/pipeline-options';
import { ConsolidationError } from '../core/errors';
import { SAFE, type Wishes } from '../core/plan/settle';
import type { ExportResult, MigrationMode } from '../core/results';
import type { CommandLine, Verb } from './arguments';
import * as print from './print';

/** What a verb leaves: the JSON document, the text for people, the exit status. */
export interface Outcome {
  readonly value: unknown;
  readonly text: string | Uint8Array;
  /** For standard error, so that a document on standard output is nothing but the document. */
  readonly notes?: string;
  readonly exit: 0 | 1 | 3;
}

const clean = (ok: boolean) => (ok ? 0 : 1);

export async function runVerb(
  verb: Verb,
  line: CommandLine,
  pipeline: Pipeline,
  options: PipelineOptions,
): Promise<Outcome> {
  const given = line.options;
  const text = (name: keyof typeof given) => given[name] as string | undefined;
  const [run] = line.operands;
  switch (verb) {
    case 'scan': {
      const value = await pipeline.scan(options);
      const damaged = value.databases.some((database) => database.kind === 'corrupt' || database.kind === 'truncated');
      return { value, text: print.inventory(value), exit: clean(!damaged && value.databases.length > 0) };
    }
    case 'draft': {
      const targets = text('targets')
        ?.split(',')
        .map((name) => name.trim());
      const value = await pipeline.draft({
        ...options,
        into: text('into'),
        targets,
        prefix: text('prefix'),
        name: text('name'),
        force: given.force === true,
        dryRun: given['dry-run'] === true,
        keep: keepWishes(given.keep as readonly string[] | undefined),
        resolve: resolveWishes(given.resolve as readonly string[] | undefined),
      });
      return { value, text: print.draft(value), exit: clean(value.ok) };
    }
    case 'check': {
      const value = await pipeline.check(options);
      return { value, text: print.check(value), exit: clean(value.ok) };
    }
    case 'export': {
      const output = text('output');
      const value = await pipeline.export({
        ...options,
        kind: line.operands[0],
        format: text('format'),
        output,
        force: given.force === true,
      });
      return {
        value,
        text: output === undefined ? exportedContent(value) : print.exported(value),
        notes: print.exportNotes(value),
        exit: clean(value.ok),
      };
    }
    case 'import': {
      const value = await pipeline.import({ ...options, file: line.operands[0], dryRun: given['dry-run'] === true });
      return { value, text: print.imported(value), exit: clean(value.ok) };
    }
    case 'migrate':
    case 'resume': {
      const mode = migrationMode(given);
      const value = await pipeline.migrate({ ...options, mode });
      return { value, text: print.migration(value), exit: value.status === 'failed' ? 3 : 0 };
    }
    case 'verify': {
      const value = await pipeline.verify({ ...options, run });
      return { value, text: print.verification(value), exit: clean(value.ok) };
    }
    case 'rollback': {
      const value = await pipeline.rollback({
        ...options,
        run,
        keepCopy: given['keep-copy'] === true,
        dataOnly: given['data-only'] === true,
      });
      return { value, text: print.rollback(value), exit: clean(value.ok && (value.code?.edited.length ?? 0) === 0) };
    }
    case 'status': {
      const value = await pipeline.status(options);
      return { value, text: print.status(value), exit: clean(value.ok) };
    }
    case 'references': {
      const value = await pipeline.references(options);
      return {
        value,
        text: print.references(value),
        exit: clean(value.references.every((reference) => !reference.stale)),
      };
    }
    case 'access-layer': {
      const value = await pipeline.refactor({ ...options, write: true, files: [] });
      return { value, text: print.refactoring(value), exit: 0 };
    }
    case 'refactor': {
      const value = await pipeline.refactor({
        ...options,
        write: given.write === true,
        files: line.operands.length > 0 ? line.operands : undefined,
      });
      return { value, text: print.refactoring(value), exit: clean(value.ok) };
    }
  }
}

function exportedContent({ documents }: ExportResult): string | Uint8Array {
  const [first] = documents;
  if (first?.base64 !== undefined) return Buffer.from(first.base64, 'base64');
  return documents.map((document) => document.text ?? '').join('\n');
}

/** `CODE=choice` or `CODE@table=choice`; `safe` alone. */
function resolveWishes(wishes: readonly string[] | undefined): Wishes | undefined {
  return wishes && Object.fromEntries(wishes.map((wish) => (wish === 'safe' ? [SAFE, SAFE] : halves(wish, 'resolve'))));
}

function keepWishes(wishes: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  return wishes && Object.fromEntries(wishes.map((wish) => halves(wish, 'keep')));
}

/** The two sides of the first "=". */
function halves(wish: string, option: 'resolve' | 'keep'): [string, string] {
  const at = wish.indexOf('=');
  const [left, right] = [wish.slice(0, at).trim(), wish.slice(at + 1).trim()];
  if (at > 0 && left !== '' && right !== '') return [left, right];
  throw new ConsolidationError(
    'USAGE',
    option === 'resolve'
      ? `--resolve takes CODE=CHOICE, as \`check\` prints them, not ${JSON.stringify(wish)}.`
      : `--keep takes PATH=REASON, not ${JSON.stringify(wish)}: nothing is left out without a reason.`,
  );
}

function migrationMode(given: CommandLine['options']): MigrationMode {
  if (given['dry-run']) return 'dry-run';
  if (given['backup-only']) return 'backup-only';
  return given['verify-only'] ? 'verify-only' : 'full';
}
