import tseslint from 'typescript-eslint';

const forbidden = (message, patterns) => [
  'error',
  { patterns: patterns.map((group) => ({ group: [group], message })) },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'out/',
      'node_modules/',
      'artifacts/',
      'demo-workspace/',
      'test/host/server/',
      'test/references/corpus/',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,mts,mjs}'],
    rules: {
      'no-duplicate-case': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'smart'],
      'no-console': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    },
  },
  {
    // The boundary: the core runs in the worker, on the command line and in the editor, so it knows none of them.
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': forbidden('core/ knows neither vscode, nor the webviews, nor its callers', [
        'vscode',
        '@vscode/webview-ui-toolkit',
        '**/vscode/**',
        '**/webview-ui/**',
        '**/worker/**',
        '**/protocol/**',
      ]),
      'no-console': 'error',
    },
  },
  {
    files: ['webview-ui/**/*.ts'],
    ignores: ['webview-ui/toolkit.ts'],
    rules: {
      'no-restricted-imports': forbidden(
        'the toolkit is imported in webview-ui/toolkit.ts only; webviews talk to the host through src/protocol',
        ['@vscode/webview-ui-toolkit', '@vscode/webview-ui-toolkit/**', 'vscode', '**/src/vscode/**'],
      ),
    },
  },
);
