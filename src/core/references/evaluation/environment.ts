import { settings } from './configuration';
import { fileAbove } from './file-contents';
import type { Project } from './project';
import { variableText } from './texts';
import type { Origin, Value } from './value';

/** What the system sets: no file says it. */
const SYSTEM = /^(?:HOME|PWD|PATH|USER|TMPDIR|TEMP|TMP)$/;

/**
 * An environment variable that the code gives no default: what the `.env` file nearest above says, for that is what
 * programs read their environment from; else unknown.
 */
export function environmentVariable(project: Project, name: string | undefined, origin: Origin): Value[] {
  const known = name === undefined ? [] : inEnvironmentFile(project, name, origin.module.file);
  return known.length > 0 ? known : [variableText(name, origin)];
}

/** What the `.env` file nearest above a file says of a variable. */
export function inEnvironmentFile(project: Project, name: string, by: string): Value[] {
  const file = SYSTEM.test(name) ? undefined : fileAbove(project, '.env', by);
  if (file === undefined) return [];
  return settings(project, file).flatMap((value) =>
    value.kind === 'record' ? value.entries.filter(({ key }) => key === name).flatMap((entry) => entry.value()) : [],
  );
}
