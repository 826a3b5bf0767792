import picomatch from 'picomatch';
import { isCodeAsText, isDocument } from '../languages/text-language';
import { isTestFile } from '../evaluation/test-file';
import { ROLES } from '../reference';
import type { Role } from '../reference';

const TOOLING =
  /(?:migrat|consolidat|unify[_-]|unified|merge[_-]?(?:db|database)|legacy[_-]?import|archive[_-]?(?:db|database))/i;

/** What a file is for. */
function roleOf(file: string, language: string, isCode: boolean): Role {
  if (isDocument(language)) return 'documentation';
  if (isTestFile(file)) return 'test';
  const name = file.slice(file.lastIndexOf('/') + 1);
  const isRun = isCode || language === 'shellscript' || language === 'sql' || isCodeAsText(language);
  if (isRun && TOOLING.test(name)) return 'tooling';
  return isRun ? 'code' : 'config';
}

/** What files are for: by their names and languages, or as a person says. */
export class Roles {
  private readonly said: readonly { readonly matches: (file: string) => boolean; readonly role: Role }[];

  /** @param said globs, relative to the workspace, with roles; of several that match a file the last one counts */
  constructor(said: Readonly<Record<string, Role>> = {}) {
    this.said = Object.entries(said)
      .reverse()
      .flatMap(([glob, role]) => (isRole(role) ? [{ matches: picomatch(glob, { dot: true }), role }] : []));
  }

  of(file: string, language: string, isCode: boolean): Role {
    return this.said.find(({ matches }) => matches(file))?.role ?? roleOf(file, language, isCode);
  }
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}
