const TEST_FOLDERS = /(?:^|\/)(?:tests?|__tests__|spec|specs|testing|fixtures|testdata|e2e|conftest)\//i;
const TEST_FILES = /(?:^|\/)(?:test_[^/]*|conftest|[^/]*(?:_test|_tests|_spec|\.test|\.spec)|[^/]*Tests?)\.[^/.]+$/;

/** Does a file hold tests, from its path alone? */
export function isTestFile(file: string): boolean {
  return TEST_FOLDERS.test(file) || TEST_FILES.test(file);
}
