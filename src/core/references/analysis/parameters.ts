import type { Module } from '../evaluation/project';

/** Does a name mean a parameter where it stands? */
export function isParameter(module: Module, name: string, scopeId: number): boolean {
  const { scopes } = module.program;
  for (let id = scopeId; id >= 0; id = scopes[id]!.parent) {
    const scope = scopes[id]!;
    if (scope.parameters.some((parameter) => parameter.name === name)) return true;
    if (Object.hasOwn(scope.bindings, name)) return false;
  }
  return false;
}
