import { settings } from './configuration';
import type { Evaluator } from './evaluator';
import { fileAbove } from './file-contents';
import { heardBy, lastName } from './project';
import type { Project } from './project';
import { seal, variableText } from './texts';
import type { Origin, Value } from './value';

/** What the system sets, or everything asks for: it names no file. */
const EVERYWHERE = /^(?:NODE_ENV|CI|DEBUG|PORT|HOST|HOSTNAME|LOG_LEVEL|HOME|PATH|USER|TMPDIR|TEMP|TMP|PWD)$/;
/** `process.env`, `os.environ` */
const ENVIRONMENT = /^environ$|^env$/;

/**
 * An environment variable that is asked for without a default: what code sets it to, else what the `.env` file nearest
 * above says, for that is what programs read their environment from; else unknown.
 */
export function environmentVariable(evaluator: Evaluator, name: string | undefined, origin: Origin): Value[] {
  if (name === undefined || EVERYWHERE.test(name)) return [variableText(name, origin)];
  const set = setByCode(evaluator, name, origin);
  if (set.length > 0) return set;
  const known = inEnvironmentFile(evaluator.project, name, origin.module.file);
  return known.length > 0 ? known : [variableText(name, origin)];
}

/** `process.env.DB = 'data/x.db'`, and in the same file `os.environ.setdefault("DB", "data/x.db")`. */
function setByCode(evaluator: Evaluator, name: string, { module }: Origin): Value[] {
  const { project } = evaluator;
  const values = project
    .attributesNamed(name)
    .filter(heardBy(module))
    .filter(({ assignment: { object } }) => ENVIRONMENT.test(lastName(object) ?? ''))
    .flatMap(({ module: by, assignment: { value } }) => [...evaluator.evaluate(value, by.frame)]);
  if (module.program.language === 'python')
    for (const { call } of project.callsIn(module, 'setdefault')) {
      const [key, value] = call.arguments;
      const isSet =
        call.callee.kind === 'member' &&
        ENVIRONMENT.test(lastName(call.callee.object) ?? '') &&
        key?.value.kind === 'literal' &&
        key.value.value === name;
      if (isSet && value) values.push(...evaluator.evaluate(value.value, module.frame));
    }
  return values.filter((value) => value.kind === 'text').map(seal);
}

/** What the `.env` file nearest above a file says of a variable. */
export function inEnvironmentFile(project: Project, name: string, by: string, isExact = true): Value[] {
  const file = fileAbove(project, '.env', by);
  if (file === undefined) return [];
  const is = (key: string | undefined) => key === name || (!isExact && key?.toUpperCase() === name.toUpperCase());
  return settings(project, file).flatMap((value) =>
    value.kind === 'record' ? value.entries.filter(({ key }) => is(key)).flatMap((entry) => entry.value()) : [],
  );
}
