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

const BY_EXTENSION = new Map(
  Object.entries(DECLARATIONS).flatMap(([language, { extensions }]) => extensions.map((each) => [each, language])),
);

/** The language of a file, if it is one in which others find its declarations by their names. */
export function declaringLanguage(file: string): string | undefined {
  return BY_EXTENSION.get(file.slice(file.lastIndexOf('.')));
}

export function isDeclaring(language: string): boolean {
  return language in DECLARATIONS;
}

/** The names that a text declares. */
export function declaredIn(language: string, text: string | undefined): Set<string> {
  const names = new Set<string>();
  if (text === undefined || text.length > 2_000_000) return names;
  for (const match of text.matchAll(DECLARATIONS[language]!.pattern)) {
    const found = match.slice(1).find((group) => group !== undefined);
    if (found) names.add(found);
  }
  return names;
}
