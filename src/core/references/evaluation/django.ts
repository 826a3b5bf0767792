import type { Call } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { moduleBindings } from './members';
import { getOrAdd } from './project';
import type { Project } from './project';
import { holeText } from './texts';
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
  // Django gives its tests databases of their own.
  if (origin.module.isTest) paths.splice(0, paths.length, { ...holeText(origin), text: ':memory:' });
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

/** `settings.REPORTS` of Django: what the settings of the workspace say. */
export function djangoSetting(evaluator: Evaluator, name: string): Value[] {
  return settingsOf(evaluator.project).flatMap((file) => {
    const module = evaluator.project.request(file);
    return module ? moduleBindings(module, name).flatMap((each) => evaluator.binding(each, 0, module.frame)) : [];
  });
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
