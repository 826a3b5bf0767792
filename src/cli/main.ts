import { stat } from 'node:fs/promises';
import { version } from '../../package.json';
import { ConsolidationError, toErrorValue } from '../core/errors';
import type { ErrorCode, ErrorValue } from '../core/errors';
import { createPipeline } from '../core/pipeline';
import { taskThreads } from '../worker/task-threads';
import { HELP, parseCommandLine } from './arguments';
import type { CommandLine } from './arguments';
import { printError } from './print';
import { progressLine } from './progress';
import type { Output } from './progress';
import { runVerb } from './verbs';

/** Exit status of an error that was thrown: what was asked for could not be started. */
const EXIT: Partial<Record<ErrorCode, number>> = {
  USAGE: 2,
  PLAN_MISSING: 2,
  PLAN_SYNTAX: 2,
  PLAN_INVALID: 2,
  PLAN_VERSION: 2,
  PATH_OUTSIDE_WORKSPACE: 2,
  NO_DATABASES: 2,
  NO_RUN: 2,
  PLAN_CONFLICT: 1,
  INTERNAL: 4,
};

/**
 * Runs one command line to its end.
 * @returns the exit status: 0 done and clean, 1 findings, 2 usage or plan error, 3 failed and nothing published, 4 internal
 */
export async function main(args: readonly string[], stdout: Output, stderr: Output): Promise<number> {
  let line: CommandLine;
  try {
    line = parseCommandLine(args);
  } catch (error) {
    return report(toErrorValue(error), args.includes('--json'), stdout, stderr);
  }
  if (line.version || line.help || !line.verb) {
    stdout.write(line.version ? `${version}\n` : HELP);
    return line.version || line.help ? 0 : 2;
  }
  const abort = new AbortController();
  const cancel = () => abort.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const progress = progressLine(stderr, line.quiet);
  try {
    await refuseMissingFolder(line.workspace);
    const { workspace, plan, jobs, exclude, roles } = line;
    const tasks = taskThreads(jobs);
    const options = { workspace, plan, jobs, exclude, roles, tasks, signal: abort.signal, progress: progress.report };
    const outcome = await runVerb(line.verb, line, createPipeline(), options);
    progress.clear();
    if (line.json) stdout.write(`${JSON.stringify(outcome.value, null, 2)}\n`);
    else if (typeof outcome.text === 'string') stdout.write(outcome.text);
    else writeBytes(stdout, outcome.text);
    if (outcome.notes && !line.quiet && !line.json) stderr.write(outcome.notes);
    return outcome.exit;
  } catch (error) {
    progress.clear();
    const value = toErrorValue(error);
    if (value.code === 'INTERNAL' && error instanceof Error) stderr.write(`${error.stack ?? error.message}\n`);
    return report(value, line.json, stdout, stderr);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

/** A picture says nothing on a terminal. */
function writeBytes(stdout: Output, bytes: Uint8Array): void {
  if (stdout.isTTY)
    throw new ConsolidationError('USAGE', 'A PNG is not for a terminal. Name a file with --output, or redirect it.');
  stdout.write(bytes);
}

async function refuseMissingFolder(workspace: string): Promise<void> {
  const found = await stat(workspace).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ConsolidationError('USAGE', `${workspace} is not a folder. Name an existing one with --workspace.`);
}

function report(error: ErrorValue, json: boolean, stdout: Output, stderr: Output): number {
  if (json) stdout.write(`${JSON.stringify({ version: 1, ok: false, error }, null, 2)}\n`);
  else printError(error, stderr);
  return EXIT[error.code] ?? 3;
}
