import type { SourceText } from '../reading/source-text';
import { declaredIn, declaringLanguage, isDeclaring } from '../text/declarations';
import type { Evaluator } from './evaluator';
import type { Imports } from './imports';
import { membersOf, moduleBindings } from './members';
import { getOrAdd } from './project';
import type { Module, Project } from './project';
import type { ScopeReference, Value } from './value';

const indexes = new WeakMap<Project, Map<string, Map<string, string[]>>>();

/** Names that the files of a language declare, with the files. Read from the text: the files need not be parsed for it. */
function declaring(project: Project, language: string, name: string): readonly string[] {
  project.reads.declared.add(`${language}\0${name}`);
  let byLanguage = indexes.get(project);
  if (!byLanguage) indexes.set(project, (byLanguage = new Map()));
  const index = getOrAdd(byLanguage, language, () => {
    const names = new Map<string, string[]>();
    for (const file of project.files) {
      if (declaringLanguage(file) !== language) continue;
      const text = project.source(file) ?? project.modules.get(file)?.text;
      for (const found of declaredIn(language, text)) getOrAdd(names, found, () => []).push(file);
    }
    return names;
  });
  return index.get(name) ?? [];
}

/**
 * Call when a file of the project has another text: what it declared, or declares now, and the other does not, as in
 * {@link Reads.declared}. The project forgets its index where something changed.
 */
export function changedDeclarations(
  project: Project,
  file: string,
  before: SourceText | undefined,
  after: SourceText | undefined,
): string[] {
  const language = declaringLanguage(file);
  if (language === undefined) return [];
  const [old, now] = [declaredIn(language, before?.text), declaredIn(language, after?.text)];
  const changed = [...[...old].filter((name) => !now.has(name)), ...[...now].filter((name) => !old.has(name))];
  if (changed.length > 0) indexes.get(project)?.delete(language);
  return changed.map((name) => `${language}\0${name}`);
}

/**
 * Languages whose names do not tell the file: a name that the file does not bind is looked up where the workspace
 * declares it, the nearest first. What the workspace does not declare is a library's.
 */
export const NAMED_IMPORTS: Imports = {
  imported(evaluator, module, binding) {
    if (binding.member === undefined || binding.member === '*') return [];
    const owner = binding.module.slice(binding.module.lastIndexOf('.') + 1);
    const found = lookUp(evaluator, module, owner).flatMap((value) =>
      membersOf(evaluator, value, binding.member!, undefined),
    );
    return found.length > 0 ? found : [{ kind: 'external', name: `${owner}.${binding.member}` }];
  },
  fallback(evaluator, module, name) {
    const found = lookUp(evaluator, module, name);
    if (found.length > 0) return found;
    for (const binding of moduleBindings(module, '*')) {
      if (binding.kind !== 'import') continue;
      const owner = binding.module.slice(binding.module.lastIndexOf('.') + 1);
      const values = lookUp(evaluator, module, owner).flatMap((value) => membersOf(evaluator, value, name, undefined));
      if (values.some((value) => value.kind !== 'external')) return values;
    }
    return [{ kind: 'external', name }];
  },
  memberOfModule: (evaluator, module, name) =>
    moduleBindings(module, name).flatMap((binding) => evaluator.binding(binding, 0, module.frame)),
  memberOfPackage: () => [],
  submodule: () => undefined,
  outsideMethods(evaluator, module, type, name) {
    const files = new Set([module.file, ...declaring(evaluator.project, module.program.language, type)]);
    // A header's class has its methods in the source file of the same name.
    if (module.program.language === 'cpp')
      for (const file of evaluator.project.filesIn(module.directory))
        if (stem(file) === stem(module.file)) files.add(file);
    return [...files].flatMap((file) => {
      const found = evaluator.project.request(file);
      if (!found) return [];
      return found.program.scopes
        .filter((scope) => scope.receiverType === type && scope.name === name)
        .map((scope): ScopeReference => ({ kind: 'scope', module: found, scope: scope.id, closure: found.frame }));
    });
  },
  embedded: () => [],
};

function lookUp(evaluator: Evaluator, module: Module, name: string): Value[] {
  if (!isDeclaring(module.program.language)) return [];
  const files = declaring(evaluator.project, module.program.language, name)
    .filter((file) => file !== module.file)
    .sort((left, right) => common(right, module.file) - common(left, module.file))
    .slice(0, 4);
  for (const file of files) {
    const found = evaluator.project.request(file);
    if (!found || found === module) continue;
    const values = everywhere(evaluator, found, name);
    if (values.length > 0) return values;
  }
  return [];
}

/** A name in the module, or in a namespace or module block of it. */
function everywhere(evaluator: Evaluator, module: Module, name: string): Value[] {
  return moduleBindings(module, name).flatMap((binding) => evaluator.binding(binding, 0, module.frame));
}

function stem(file: string): string {
  const base = file.slice(file.lastIndexOf('/') + 1);
  return base.slice(0, base.indexOf('.'));
}

function common(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}
