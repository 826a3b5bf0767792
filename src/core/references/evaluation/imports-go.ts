import type { Evaluator } from './evaluator';
import type { Imports } from './imports';
import { moduleBindings, scopeOf } from './members';
import { getOrAdd, heardBy, lastName } from './project';
import type { Module, Project } from './project';
import type { ScopeReference, Value } from './value';

/** Go: a package is a directory; its files share their names, methods stand anywhere in it. */
export const GO_IMPORTS: Imports = {
  imported(evaluator, module, binding) {
    const directory = packageDirectory(evaluator.project, module, binding.module);
    if (directory === undefined) return [{ kind: 'external', name: binding.module }];
    return [{ kind: 'package', directory, from: module }];
  },
  fallback(evaluator, module, name) {
    const values = inPackage(evaluator, module.directory, name, module);
    if (values.length > 0) return values;
    for (const binding of moduleBindings(module, '*')) {
      if (binding.kind !== 'import') continue;
      const directory = packageDirectory(evaluator.project, module, binding.module);
      const found =
        directory === undefined
          ? [{ kind: 'external' as const, name: `${binding.module}.${name}` }]
          : inPackage(evaluator, directory, name);
      if (found.length > 0) return found;
    }
    return [{ kind: 'external', name }];
  },
  memberOfModule: (evaluator, module, name) => inPackage(evaluator, module.directory, name),
  memberOfPackage: (evaluator, _from, directory, name) => inPackage(evaluator, directory, name),
  submodule: () => undefined,
  outsideMethods(evaluator, module, type, name) {
    return evaluator.project.siblings(module.directory, '.go', `) ${name}(`).flatMap((each) =>
      (methodsOf(each).get(`${type}.${name}`) ?? []).map((scope): ScopeReference => ({
        kind: 'scope',
        module: each,
        scope,
        closure: each.frame,
      })),
    );
  },
  embedded(evaluator, type, instance) {
    return scopeOf(type).bases.flatMap((base): Value[] => {
      const name = lastName(base);
      const held =
        name && (instance.fields?.has(name) || !instance.construction) ? fieldOf(evaluator, instance, name) : [];
      return held.length > 0 ? held : evaluator.instancesOf(base, type.module.frame);
    });
  },
};

function fieldOf(evaluator: Evaluator, instance: Parameters<Imports['embedded']>[2], name: string): Value[] {
  const own = instance.fields?.get(name)?.();
  if (own && own.length > 0) return own;
  if (instance.fields) return [];
  return evaluator.project
    .recordsNamed(scopeOf(instance.type).name)
    .filter(heardBy(instance.type.module))
    .flatMap(({ module, record }) =>
      evaluator
        .evaluate(record, module.frame)
        .filter((value) => value.kind === 'instance')
        .flatMap((value) => value.fields?.get(name)?.() ?? []),
    );
}

/** Names that every file knows (https://go.dev/ref/spec#Predeclared_identifiers): no file of the package is asked for them. */
const PREDECLARED = new Set(
  (
    'any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 ' +
    'uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make max min new ' +
    'panic print println real recover _'
  ).split(' '),
);

/** What a package declares under a name; `except` is the file that was looked into already. */
function inPackage(evaluator: Evaluator, directory: string, name: string, except?: Module): Value[] {
  if (PREDECLARED.has(name)) return [];
  return evaluator.project.siblings(directory, '.go', name).flatMap((each) => {
    if (each === except) return [];
    return moduleBindings(each, name).flatMap((binding) =>
      binding.kind === 'import' ? [] : evaluator.binding(binding, 0, each.frame),
    );
  });
}

const methodIndexes = new WeakMap<Module, Map<string, number[]>>();

function methodsOf(module: Module): Map<string, number[]> {
  let index = methodIndexes.get(module);
  if (!index) {
    index = new Map();
    for (const scope of module.program.scopes)
      if (scope.receiverType !== undefined)
        getOrAdd(index, `${scope.receiverType}.${scope.name}`, () => []).push(scope.id);
    methodIndexes.set(module, index);
  }
  return index;
}

const STANDARD = new Set(
  (
    'archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html ' +
    'image index io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing ' +
    'text time unicode unique unsafe'
  ).split(' '),
);

/** The directory of an import path: the longest end of it that is a directory with Go files, nearest to the importer. */
export function packageDirectory(project: Project, from: Module, path: string): string | undefined {
  const components = path.split('/');
  const isStandard = STANDARD.has(components[0]!);
  for (let count = components.length; count > 0; count--) {
    if (isStandard && count < components.length) return undefined;
    const found = directoriesEndingIn(project, components.slice(-count).join('/')).filter(
      (directory) =>
        directory !== from.directory &&
        // One common word (`config`) is enough only at the top, or below a folder that the path names as well.
        (count > 1 || !directory.includes('/') || directory.split('/').at(-2) === components.at(-2)) &&
        project.filesIn(directory).some((file) => file.endsWith('.go')),
    );
    if (found.length > 0)
      return found.sort((left, right) => commonLength(right, from.file) - commonLength(left, from.file))[0];
  }
  return undefined;
}

const suffixIndexes = new WeakMap<Project, Map<string, string[]>>();

function directoriesEndingIn(project: Project, suffix: string): string[] {
  let index = suffixIndexes.get(project);
  if (!index) {
    index = new Map();
    for (const directory of project.folders) {
      const name = directory.slice(directory.lastIndexOf('/') + 1);
      getOrAdd(index, name, () => []).push(directory);
    }
    suffixIndexes.set(project, index);
  }
  const name = suffix.slice(suffix.lastIndexOf('/') + 1);
  return (index.get(name) ?? []).filter((directory) => directory === suffix || directory.endsWith(`/${suffix}`));
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}
