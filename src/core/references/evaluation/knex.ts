import type { Call, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { importedMember } from './imports-typescript';
import { membersOf } from './members';
import type { Module } from './project';
import type { Text, Value } from './value';

/** What the program calls in files of its folders, by the names that it knows. */
const CALLED = /^(?:up|down|seed)$/;
const FOLDERS = /(?:^|\/)(?:migrations|seeds)\//;
const FILE = /^knexfile\.[cm]?[jt]s$/;
/** Environments whose databases are those of tests. */
const OF_TESTS = /^(?:test|testing|ci)$/;
const DEEPEST = 4;

/** `exports.up = (knex) => …` in a migration: a connection to the databases that the knexfile nearest above names. */
export function migrated(evaluator: Evaluator, module: Module, scope: Scope, parameter: Parameter): Value[] {
  if (scope.parameters[0] !== parameter || !CALLED.test(scope.name) || !FOLDERS.test(module.file)) return [];
  const to = knexfileAbove(evaluator, module);
  if (to === undefined) return [];
  const whole = importedMember(evaluator, module, to, undefined).flatMap((value) =>
    value.kind === 'module' ? membersOf(evaluator, value, 'default', undefined) : [value],
  );
  const paths = whole.flatMap((value) => connections(value, 0));
  if (paths.length === 0) return [];
  const { start, end } = parameter;
  const callee = { kind: 'name', name: 'knex', scope: 0, start, end } as const;
  const call: Call = {
    kind: 'call',
    callee,
    arguments: [],
    scope: 0,
    argumentsStart: end,
    argumentsEnd: end,
    start,
    end,
  };
  return [{ kind: 'handle', paths, module, call }];
}

/** How the module would name the knexfile to import it. */
function knexfileAbove({ project }: Evaluator, module: Module): string | undefined {
  let up = '.';
  for (let directory = module.directory; ; directory = directory.slice(0, Math.max(0, directory.lastIndexOf('/')))) {
    if (project.filesIn(directory).some((file) => FILE.test(file.slice(file.lastIndexOf('/') + 1))))
      return `${up}/knexfile`;
    if (directory === '') return undefined;
    up = up === '.' ? '..' : `${up}/..`;
  }
}

/** What is under `connection` and `filename`, in each of the environments. */
function connections(value: Value, depth: number, isConnection = false): Text[] {
  if (value.kind === 'text') return isConnection ? [value] : [];
  if (value.kind !== 'record' || depth > DEEPEST) return [];
  return value.entries.flatMap(({ key, value: inner }) => {
    if (key !== undefined && OF_TESTS.test(key)) return [];
    const leads = key === 'connection' || (isConnection && key === 'filename');
    const isEnvironment = depth === 0 && !isConnection;
    return leads || isEnvironment ? inner().flatMap((each) => connections(each, depth + 1, leads)) : [];
  });
}
