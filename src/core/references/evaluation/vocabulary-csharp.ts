import { environmentVariable } from './environment';
import { reads } from './file-contents';
import { targetValues } from './generated-access';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environment,
  environmentValues,
  joins,
  opens,
  parents,
  passes,
  replacing,
  splitting,
  stripping,
  unchanged,
} from './operations';
import type { Invocation } from './invocation';
import type { Module, Project } from './project';
import { formatBraces, holeText } from './texts';
import { ANCHOR } from './value';
import type { Text, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openConnection: Operation = (call) => {
  const texts = call.values(0, 'connectionString').flatMap((value): Text[] => {
    if (value.kind === 'text') return [value];
    // A SqliteConnectionStringBuilder.
    if (value.kind === 'record') return dataSource(value);
    return [];
  });
  return call.open(texts);
};

function dataSource(record: Extract<Value, { kind: 'record' }>): Text[] {
  return record.entries
    .filter((entry) => entry.key === undefined || /^(?:DataSource|connectionString|Filename)$/.test(entry.key))
    .flatMap((entry) => entry.value())
    .filter((value) => value.kind === 'text');
}

const format: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatBraces(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    new Map(),
    call.origin,
  );
};

/** Directories by name: `Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)`. */
const folder = anchors('home');

const command: Operation = (call) =>
  call.call.arguments
    .flatMap((argument) => [...call.evaluator.evaluate(argument.value, call.frame)])
    .filter((value) => value.kind === 'handle');

const FUNCTIONS: Record<string, Operation> = {
  SqliteConnection: openConnection,
  SQLiteConnection: openConnection,
  SQLiteAsyncConnection: openConnection,
  LiteDatabase: () => [],
  SqliteCommand: command,
  SQLiteCommand: command,
  SQLiteDataAdapter: command,
  'options.UseSqlite': opens(0),
  'optionsBuilder.UseSqlite': opens(0),
  'File.ReadAllText': reads(0),
  'File.ReadAllTextAsync': reads(0),
  'Path.Combine': joins(false),
  'Path.Join': joins(false),
  'Path.GetFullPath': converts(false),
  'Path.GetDirectoryName': parents(),
  'Path.GetTempPath': anchors('temporary'),
  'Path.GetTempFileName': anchors('temporary'),
  'Path.GetRandomFileName': anchors('hole'),
  'Directory.CreateTempSubdirectory': anchors('temporary'),
  'Directory.GetCurrentDirectory': currentDirectory(),
  'Environment.GetEnvironmentVariable': environment(0, -1),
  'Environment.GetFolderPath': folder,
  'FileSystem.AppDataDirectory': folder,
  'string.Format': format,
  'String.Format': format,
  'string.Concat': (call) => call.concatenated(call.allTexts()),
  'string.Join': (call) => call.joined(),
  FileInfo: joins(true),
  DirectoryInfo: joins(true),
  Uri: passes(0),
};

/** The folder of the web application: of the file that starts it, or of its settings. */
function contentRoot(project: Project, module: Module): string {
  for (let folder = module.directory; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const at = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    if (project.files.has(at('Program.cs')) || project.documents.includes(at('appsettings.json')))
      return folder === '' ? '.' : `${ANCHOR.workspace}/${folder}`;
    if (folder === '') return '.';
  }
}

export const CSHARP: Vocabulary = {
  classScopeIsVisible: true,
  superName: 'base',
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    ToString: converting(false),
    Trim: stripping,
    TrimEnd: unchanged,
    Replace: replacing,
    Split: splitting(false),
  },
  textProperties: {
    FullName: (text) => [text],
    Value: (text) => [text],
    ConnectionString: (text) => [text],
  },
  unknownCall(call: Invocation): Value[] {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    if (/^(?:UseSqlite|AddSqlite)$/.test(callee.name)) return call.open(call.texts(0));
    if (/^(?:GetValue|GetConnectionString|GetSection)$/.test(callee.name))
      return environmentValues(call, undefined, 1, ['defaultValue']);
    // `new SqliteConnectionStringBuilder { DataSource = path }.ToString()`
    if (callee.name === 'ToString')
      return call.evaluator
        .evaluate(callee.object, call.frame)
        .flatMap((value) => (value.kind === 'record' ? dataSource(value) : []));
    return [];
  },
  externalMember(evaluator, name, member, module) {
    const at = (text: string): Value[] => [
      {
        ...holeText({
          module,
          expression: { kind: 'name', name: member, scope: 0, start: -1, end: -1 },
          frame: module.frame,
        }),
        text,
      },
    ];
    if (name === 'AppContext' && member === 'BaseDirectory') return at('.');
    if (name === 'Environment' && member === 'CurrentDirectory') return at('.');
    if (name === 'FileSystem' && member === 'AppDataDirectory') return at(ANCHOR.home);
    if (member === 'ContentRootPath') return at(contentRoot(evaluator.project, module));
    if (member === 'BaseDirectory') return at('.');
    return undefined;
  },
  indexExternal: (_name, key, evaluator, origin) => environmentVariable(evaluator, key, origin),
  indexValue: () => [],
  injected: () => [],
  isProperty: (scope) => scope.isProperty === true,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
