import { isDocument } from '../languages/text-language';
import type { Reference } from '../reference';

const TEST_FOLDERS = /(?:^|\/)(?:tests?|__tests__|spec|specs|testing|fixtures|testdata|e2e|conftest)\//i;
const TEST_FILES = /(?:^|\/)(?:test_[^/]*|conftest|[^/]*(?:_test|_tests|_spec|\.test|\.spec)|[^/]*Tests?)\.[^/.]+$/;
const TOOLING =
  /(?:migrat|consolidat|unify[_-]|unified|merge[_-]?(?:db|database)|legacy[_-]?import|archive[_-]?(?:db|database))/i;

/** What a file is for. */
export function roleOf(file: string, language: string, isCode: boolean): Reference['role'] {
  if (isDocument(language)) return 'documentation';
  if (TEST_FOLDERS.test(file) || TEST_FILES.test(file)) return 'test';
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (TOOLING.test(name) && (isCode || language === 'shellscript' || language === 'sql')) return 'tooling';
  return isCode || language === 'shellscript' || language === 'sql' ? 'code' : 'config';
}
