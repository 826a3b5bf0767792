import { isDocument } from '../languages/text-language';
import { isTestFile } from '../evaluation/test-file';
import type { Reference } from '../reference';

const TOOLING =
  /(?:migrat|consolidat|unify[_-]|unified|merge[_-]?(?:db|database)|legacy[_-]?import|archive[_-]?(?:db|database))/i;

/** What a file is for. */
export function roleOf(file: string, language: string, isCode: boolean): Reference['role'] {
  if (isDocument(language)) return 'documentation';
  if (isTestFile(file)) return 'test';
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (TOOLING.test(name) && (isCode || language === 'shellscript' || language === 'sql')) return 'tooling';
  return isCode || language === 'shellscript' || language === 'sql' ? 'code' : 'config';
}
