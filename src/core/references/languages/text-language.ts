/** Configuration, scripts and documents: they are searched for paths as text. Language ids as VS Code names them. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.toml': 'toml',
  '.json': 'json',
  '.jsonc': 'jsonc',
  '.json5': 'jsonc',
  '.ini': 'ini',
  '.cfg': 'ini',
  '.conf': 'ini',
  '.properties': 'properties',
  '.env': 'dotenv',
  '.service': 'ini',
  '.timer': 'ini',
  '.plist': 'xml',
  '.xml': 'xml',
  '.config': 'xml',
  '.md': 'markdown',
  '.mdx': 'markdown',
  '.markdown': 'markdown',
  '.rst': 'restructuredtext',
  '.txt': 'plaintext',
  '.sh': 'shellscript',
  '.bash': 'shellscript',
  '.zsh': 'shellscript',
  '.fish': 'shellscript',
  '.bats': 'shellscript',
  '.ps1': 'powershell',
  '.bat': 'bat',
  '.cmd': 'bat',
  '.sql': 'sql',
  '.prisma': 'prisma',
  '.mk': 'makefile',
  '.mak': 'makefile',
  '.just': 'makefile',
  '.cron': 'shellscript',
  '.crontab': 'shellscript',
  '.tf': 'terraform',
  '.dockerfile': 'dockerfile',
};

/** Code that no grammar is here for, and notebooks: what stands in quotes is searched. Language ids as VS Code names them. */
const CODE_BY_EXTENSION: Readonly<Record<string, string>> = {
  '.ipynb': 'jupyter',
  '.kt': 'kotlin',
  '.kts': 'kotlin',
  '.scala': 'scala',
  '.groovy': 'groovy',
  '.gradle': 'groovy',
  '.swift': 'swift',
  '.dart': 'dart',
  '.lua': 'lua',
  '.r': 'r',
  '.rmd': 'r',
  '.qmd': 'r',
  '.jl': 'julia',
  '.pl': 'perl',
  '.pm': 'perl',
  '.ex': 'elixir',
  '.exs': 'elixir',
  '.vb': 'vb',
  '.fs': 'fsharp',
  '.fsx': 'fsharp',
  '.vue': 'vue',
  '.svelte': 'svelte',
};

const CODE = new Set(Object.values(CODE_BY_EXTENSION));

const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^\.env(\..*)?$|\.env(\..*)?$|^env\.example$/i, 'dotenv'],
  [/^dockerfile(\..*)?$|^containerfile$/i, 'dockerfile'],
  [/^makefile$|^gnumakefile$|^justfile$/i, 'makefile'],
  [/^procfile(\..*)?$/i, 'procfile'],
  [/^(?:readme|todo|notes?|install|hacking|contributing|changes|changelog|history)$/i, 'plaintext'],
  [/^\.envrc$|^\.(bash|zsh)(rc|_profile)$|^crontab(\..*)?$/i, 'shellscript'],
  [/^\.(?!hg)\w+ignore$|^\.ignore$|^\.gitattributes$|^manifest\.in$/i, 'ignore'],
];

/** Files of any name in folders that say what they are: times and commands. */
const BY_FOLDER: readonly (readonly [RegExp, string])[] = [[/(?:^|\/)(?:cron\.d|crontabs)\/[^/]+$/, 'shellscript']];

const DOCUMENTS = new Set(['markdown', 'restructuredtext', 'plaintext']);

/** @param file its path, with `/`. @param extension lower case */
export function textLanguage(file: string, extension: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  for (const [pattern, language] of BY_NAME) if (pattern.test(name)) return language;
  return (
    BY_EXTENSION[extension] ?? CODE_BY_EXTENSION[extension] ?? BY_FOLDER.find(([pattern]) => pattern.test(file))?.[1]
  );
}

export function isDocument(language: string): boolean {
  return DOCUMENTS.has(language);
}

/** Is it code of which only the text is known? */
export function isCodeAsText(language: string): boolean {
  return CODE.has(language);
}
