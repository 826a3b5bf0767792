import type { Call } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { moduleBindings } from './members';
import { getOrAdd } from './project';
import type { Project } from './project';
import type { Origin, Text, Value } from './value';

const SETTINGS = /(?:^|\/)settings(?:\/\w+)?\.py$/;

const settingsFiles = new WeakMap<Project, readonly string[]>();

/** `connections["logs"]` of Django: what the settings say of the database of this name. */
export function djangoConnection(evaluator: Evaluator, alias: string, origin: Origin): Value[] {
  const paths = settingsOf(evaluator.project).flatMap((file): Text[] => {
    const module = evaluator.project.request(file);
    if (!module) return [];
    return moduleBindings(module, 'DATABASES')
      .flatMap((binding) => evaluator.binding(binding, 0, module.frame))
      .flatMap((databases) => under(databases, alias))
      .flatMap((database) => under(database, 'NAME'))
      .filter((value) => value.kind === 'text');
  });
  if (paths.length === 0) return [];
  const { start, end } = origin.expression;
  const call: Call = {
    kind: 'call',
    callee: origin.expression,
    arguments: [],
    scope: 0,
    ...{ argumentsStart: end, argumentsEnd: end, start, end },
  };
  return [{ kind: 'handle', paths, module: origin.module, call }];
}

function settingsOf(project: Project): readonly string[] {
  return getOrAdd(settingsFiles as unknown as Map<Project, readonly string[]>, project, () =>
    [...project.files].filter((file) => SETTINGS.test(file)),
  );
}

function under(value: Value, key: string): Value[] {
  if (value.kind !== 'record') return [];
  return value.entries.filter((entry) => entry.key === key).flatMap((entry) => entry.value());
}
