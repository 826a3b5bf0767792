import type { Binding } from '../syntax/program';
import type { Evaluator } from './evaluator';
import type { Module } from './project';
import { GO_IMPORTS } from './imports-go';
import { NAMED_IMPORTS } from './imports-named';
import { PYTHON_IMPORTS } from './imports-python';
import { TYPESCRIPT_IMPORTS } from './imports-typescript';
import type { Instance, ScopeReference, Value } from './value';

type Import = Extract<Binding, { kind: 'import' }>;

/** How names travel between the files of a language. */
export interface Imports {
  imported(evaluator: Evaluator, module: Module, binding: Import): Value[];
  /** A name that no scope of the module binds: star imports, the other files of the package, built-in functions. */
  fallback(evaluator: Evaluator, module: Module, name: string): Value[];
  memberOfModule(evaluator: Evaluator, module: Module, name: string): Value[];
  /** `a.b` of `import a.b`, when it is a module of the workspace. */
  submodule(evaluator: Evaluator, module: Module, name: string): Value[] | undefined;
  /** Methods that stand outside of the type they belong to. */
  outsideMethods(evaluator: Evaluator, module: Module, type: string, name: string): ScopeReference[];
  memberOfPackage(evaluator: Evaluator, from: Module, directory: string, name: string): Value[];
  /** Embedded fields, whose members count as the type's own. */
  embedded(evaluator: Evaluator, type: ScopeReference, instance: Instance): Value[];
}

export function importsOf(module: Module): Imports {
  switch (module.program.language) {
    case 'go':
      return GO_IMPORTS;
    case 'typescript':
      return TYPESCRIPT_IMPORTS;
    case 'java':
    case 'csharp':
    case 'rust':
    case 'ruby':
    case 'php':
    case 'cpp':
    case 'shellscript':
      return NAMED_IMPORTS;
    default:
      return PYTHON_IMPORTS;
  }
}
