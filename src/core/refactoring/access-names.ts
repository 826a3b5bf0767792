import type { ResolvedPlan } from '../plan/resolved';

/** What rewritten code calls, by what it is for. */
export type AccessFunction = 'connect' | 'path' | 'url' | 'uri';

export const ACCESS_FUNCTIONS: readonly AccessFunction[] = ['connect', 'path', 'url', 'uri'];

/** The `access` section of one language, as the refactoring needs it. */
export interface AccessSettings {
  /** `core.databases`, `internal/databases`, `src/databases`; undefined when the plan names none. */
  readonly module?: string;
  /** The project's own functions in place of the generated ones, e.g. `{ connect: 'get_{target}_db()' }`. */
  readonly templates: Readonly<Partial<Record<AccessFunction, string>>>;
  /** Call sites carry the legacy file, so that `USE_CONSOLIDATED_DBS=0` can send them back to it. */
  readonly flag: boolean;
  /** What connections change is written to the legacy files as well. */
  readonly dualWrite: boolean;
}

export function accessSettings(plan: ResolvedPlan, language: string): AccessSettings {
  const section = plan.access[language] ?? {};
  const module = section.module ?? section.package;
  const templates: Partial<Record<AccessFunction, string>> = {};
  for (const name of ACCESS_FUNCTIONS) {
    const template = section[name];
    if (typeof template === 'string' && template !== '') templates[name] = template;
  }
  return {
    ...(typeof module === 'string' && module !== '' ? { module } : {}),
    templates,
    flag: section.flag === true,
    dualWrite: section.dualWrite === true,
  };
}

/** Does the plan map the calls to functions that the project has, so that no module is generated? */
export function isMapped(settings: AccessSettings): boolean {
  return Object.keys(settings.templates).length > 0;
}
