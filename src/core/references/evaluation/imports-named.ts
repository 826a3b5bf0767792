import type { Evaluator } from './evaluator';
import type { Imports } from './imports';
import { membersOf, moduleBindings } from './members';
import { getOrAdd } from './project';
import type { Module, Project } from './project';
import type { ScopeReference, Value } from './value';

/** What a file of a language declares for others, and the files that can see it. */
const DECLARATIONS: Readonly<Record<string, { extensions: readonly string[]; pattern: RegExp }>> = {
  java: { extensions: ['.java'], pattern: /\b(?:class|interface|enum|record)\s+(\w+)/g },
  csharp: { extensions: ['.cs'], pattern: /\b(?:class|struct|interface|enum|record)\s+(\w+)/g },
  rust: { extensions: ['.rs'], pattern: /\b(?:const|static|fn|struct|enum|type)\s+(?:mut\s+)?(\w+)/g },
  ruby: {
    extensions: ['.rb', '.rake', '.ru'],
    pattern: /(?:\b(?:class|module|def)\s+(?:self\.)?(\w+))|(?:^\s*([A-Z]\w*)\s*=)/gm,
  },
  php: {
    extensions: ['.php'],
    pattern:
      /\b(?:class|interface|trait|enum|function)\s+&?(\w+)|\bconst\s+(?:\w+\s+)?(\w+)\s*=|\bdefine\(\s*['"](\w+)/g,
  },
  cpp: {
    extensions: ['.h', '.hpp', '.hh', '.hxx', '.cpp', '.cc', '.cxx', '.c', '.ipp', '.inl'],
    pattern: /\b(?:class|struct|enum)\s+(\w+)|^\s*#\s*define\s+(\w+)|\b(\w+)\s*(?:\[\s*\])?\s*(?:=|\{)\s*"/gm,
  },
  shellscript: {
    extensions: ['.sh', '.bash'],
    pattern:
      /^\s*(?:export\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?(\w+)=|^\s*(?:function\s+)?(\w+)\s*\(\)|\$\{(\w+):?=/gm,
  },
};

const indexes = new WeakMap<Project, Map<string, Map<string, string[]>>>();

/** Names that the files of a language declare, with the files. Read from the text: the files need not be parsed for it. */
function declaring(project: Project, language: string, name: string): readonly string[] {
  project.reads.declared.add(`${language}\0${name}`);
  let byLanguage = indexes.get(project);
  if (!byLanguage) indexes.set(project, (byLanguage = new Map()));
  const index = getOrAdd(byLanguage, language, () => {
    const names = new Map<string, string[]>();
    const { extensions } = DECLARATIONS[language]!;
    for (const file of project.files) {
      if (!extensions.some((extension) => file.endsWith(extension))) continue;
      const text = project.source(file) ?? project.modules.get(file)?.text;
      for (const found of declaredIn(language, text)) getOrAdd(names, found, () => []).push(file);
    }
    return names;
  });
  return index.get(name) ?? [];
}

function declaredIn(language: string, text: string | undefined): Set<string> {
  const names = new Set<string>();
  if (text === undefined || text.length > 2_000_000) return names;
  for (const match of text.matchAll(DECLARATIONS[language]!.pattern)) {
    const found = match.slice(1).find((group) => group !== undefined);
    if (found) names.add(found);
  }
  return names;
}

/**
 * Call when a file of the project has another text: what it declared, or declares now, and the other does not, as in
 * {@link Reads.declared}. The project forgets its index where something changed.
 */
export function changedDeclarations(
  project: Project,
  file: string,
  before: string | undefined,
  after: string | undefined,
): string[] {
  return Object.entries(DECLARATIONS).flatMap(([language, { extensions }]) => {
    if (!extensions.some((extension) => file.endsWith(extension))) return [];
    const [old, now] = [declaredIn(language, before), declaredIn(language, after)];
    const changed = [...[...old].filter((name) => !now.has(name)), ...[...now].filter((name) => !old.has(name))];
    if (changed.length > 0) indexes.get(project)?.delete(language);
    return changed.map((name) => `${language}\0${name}`);
  });
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
  if (!(module.program.language in DECLARATIONS)) return [];
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
