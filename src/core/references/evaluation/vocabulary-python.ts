import { connectionMember } from './connections';
import { djangoConnection, djangoSetting } from './django';
import { environmentVariable, inEnvironmentFile } from './environment';
import type { Expression, Scope } from '../syntax/program';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environment,
  environmentValues,
  firstOf,
  formatting,
  joiningWith,
  inCase,
  joinpath,
  joins,
  nameProperty,
  opens,
  parentProperty,
  parents,
  passes,
  replacing,
  resultsOf,
  resultsOfFunction,
  selfProperty,
  splitting,
  stripping,
  unchanged,
  variableName,
  withName,
  withSuffix,
} from './operations';
import type { Evaluator } from './evaluator';
import { loads, parsesSections } from './configuration';
import { contentsOf, lists, reads, readsReceiver } from './file-contents';
import type { Invocation } from './invocation';
import { moduleBindings, scopeOf } from './members';
import { lastName } from './project';
import type { Module } from './project';
import { directoryOf, holeText, joinTexts, seal, separatorText } from './texts';
import { ANCHOR } from './value';
import type { Instance, ScopeReference, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';
import { targetValues } from './generated-access';

const openPath = opens(0, 'database', 'db', 'filename', 'path');
const openUrl = opens(0, 'url', 'name_or_url');

const PATH_CLASSES: Record<string, Operation> = Object.fromEntries(
  ['Path', 'PurePath', 'PosixPath', 'PurePosixPath', 'WindowsPath'].flatMap((name) => [
    [name, joins(true)],
    [`pathlib.${name}`, joins(true)],
    [`anyio.${name}`, joins(true)],
  ]),
);

const pathHome = anchors('home', true);

/** The class that a `super()` stands in, and the instance of the method. */
const superCall: Operation = (call) => {
  const { evaluator, frame } = call;
  const { scopes } = frame.module.program;
  for (let id = call.call.scope; id >= 0; id = scopes[id]!.parent) {
    const scope = scopes[id]!;
    if (scope.kind !== 'function' || scope.receiver === undefined) continue;
    const type = evaluator.ownerOf(frame.module, scope);
    if (type) return [{ kind: 'super', type, self: evaluator.receiver(frame.module, scope, frame) }];
  }
  return [];
};

const getAttribute: Operation = (call) => {
  const name = call.texts(1)[0]?.text;
  const found = name === undefined ? [] : call.values(0).flatMap((value) => call.memberOf(value, name));
  return [...found, ...firstOf(2)(call)];
};

const enumerate: Operation = (call) =>
  call.values(0).flatMap((value): Value[] =>
    value.kind === 'list'
      ? [
          {
            kind: 'list',
            items: value.items.map((item) => () => [{ kind: 'list', items: [() => [], item] } satisfies Value]),
          },
        ]
      : [],
  );

const namedEntries: Operation = (call) => [
  {
    kind: 'record',
    entries: call.call.arguments.flatMap((argument) =>
      argument.name === undefined
        ? []
        : [{ key: argument.name, value: () => [...call.evaluator.evaluate(argument.value, call.frame)] }],
    ),
  },
];

/** `asyncio.to_thread(function, *arguments)`: only opening a database is of interest. */
const inThread: Operation = (call) => {
  const opensDatabase = call
    .values(0)
    .some((value) => value.kind === 'external' && /(^|\.)(connect|Connection)$/.test(value.name));
  return opensDatabase ? call.open(call.texts(1)) : resultsOf(0)(call);
};

/** `importlib.resources.files("garden.data")`: the directory of a package of the workspace; else of the file that asks. */
const packageFolder: Operation = (call) => {
  const { module } = call.frame;
  const name = call.texts(0)[0]?.text;
  const folder = name?.replaceAll('.', '/') ?? module.directory;
  const folders = [...call.evaluator.project.folders].filter((each) => each === folder || each.endsWith(`/${folder}`));
  return [folders.sort()[0] ?? module.directory].map((each) => ({
    ...call.hole(),
    text: [ANCHOR.workspace, each].filter(Boolean).join('/'),
    isPath: true,
  }));
};

const packageText: Operation = (call) => {
  const folders = packageFolder(call).filter((value) => value.kind === 'text');
  return joinTexts([folders, call.textsOrHoleAt(1)], call.origin, true).flatMap((path) =>
    contentsOf(call.evaluator.project, path, call.frame.module),
  );
};

const NAMESPACE = 'argparse.Namespace';

/** Something of a library, to be known again by its name. */
function names(name: string): Operation {
  return () => [{ kind: 'external', name }];
}

const FUNCTIONS: Record<string, Operation> = {
  ...PATH_CLASSES,
  'pathlib.Path.home': pathHome,
  'Path.home': pathHome,
  'pathlib.Path.cwd': currentDirectory(true),
  'Path.cwd': currentDirectory(true),
  'os.getcwd': currentDirectory(),
  'os.path.join': joins(false),
  'posixpath.join': joins(false),
  'os.path.dirname': parents(),
  'os.path.basename': (call) => call.texts(0).flatMap((text) => nameProperty(text, call.origin)),
  'os.path.abspath': converts(false),
  'os.path.realpath': converts(false),
  'os.path.normpath': converts(false),
  'os.path.expandvars': converts(false),
  'os.path.expanduser': converts(false),
  'os.fspath': converts(false),
  'os.fsdecode': converts(false),
  str: converts(false),
  repr: converts(false),
  open: passes(0, 'file'),
  'io.open': passes(0, 'file'),
  'codecs.open': passes(0),
  'aiofiles.open': passes(0),
  'pathlib.Path.read_text': reads(0),
  'pkgutil.get_data': packageText,
  'importlib.resources.read_text': packageText,
  'importlib.resources.files': packageFolder,
  'importlib_resources.files': packageFolder,
  'json.load': loads(0),
  'json.loads': loads(0),
  'yaml.safe_load': loads(0),
  'yaml.load': loads(0),
  'yaml.full_load': loads(0),
  'tomllib.load': loads(0),
  'tomllib.loads': loads(0),
  'tomli.load': loads(0),
  'tomli.loads': loads(0),
  'toml.load': loads(0),
  'toml.loads': loads(0),
  'configparser.ConfigParser': parsesSections,
  'configparser.RawConfigParser': parsesSections,
  'os.getenv': environment(0, 1, 'default'),
  'os.environ.get': environment(0, 1, 'default'),
  'os.environ.setdefault': environment(0, 1),
  'environ.get': environment(0, 1, 'default'),
  getenv: environment(0, 1, 'default'),
  'decouple.config': environment(0, 1, 'default'),
  'environs.Env': () => [],
  'tempfile.mkdtemp': anchors('temporary'),
  'tempfile.mkstemp': anchors('temporary'),
  'tempfile.mktemp': anchors('temporary'),
  'tempfile.gettempdir': anchors('temporary'),
  'tempfile.TemporaryDirectory': anchors('temporary'),
  'tempfile.NamedTemporaryFile': anchors('temporary'),
  'tempfile.TemporaryFile': anchors('temporary'),
  'sqlite3.connect': openPath,
  'sqlite3.dbapi2.connect': openPath,
  'sqlite3.Connection': openPath,
  'pysqlite3.connect': openPath,
  'pysqlite3.dbapi2.connect': openPath,
  'sqlcipher3.connect': openPath,
  'aiosqlite.connect': openPath,
  'aiosqlite.core.connect': openPath,
  'apsw.Connection': openPath,
  'sqlite_utils.Database': opens(0, 'filename_or_conn'),
  'sqlitedict.SqliteDict': openPath,
  'peewee.SqliteDatabase': openPath,
  'playhouse.sqlite_ext.SqliteExtDatabase': openPath,
  'playhouse.pool.PooledSqliteDatabase': openPath,
  'playhouse.sqliteq.SqliteQueueDatabase': openPath,
  'playhouse.db_url.connect': openUrl,
  'dataset.connect': openUrl,
  'databases.Database': openUrl,
  'records.Database': openUrl,
  'aiosqlitepool.SQLiteConnectionPool': passes(0),
  'sqlalchemy.create_engine': openUrl,
  'sqlalchemy.engine.create_engine': openUrl,
  'sqlalchemy.ext.asyncio.create_async_engine': openUrl,
  'sqlmodel.create_engine': openUrl,
  create_engine: openUrl,
  'sqlalchemy.inspect': firstOf(0, 'subject'),
  'sqlalchemy.orm.sessionmaker': firstOf(0, 'bind'),
  'sqlalchemy.orm.Session': firstOf(0, 'bind'),
  'sqlmodel.Session': firstOf(0, 'bind'),
  'sqlalchemy.orm.scoped_session': passes(0),
  'sqlalchemy.ext.asyncio.async_sessionmaker': firstOf(0, 'bind'),
  'sqlalchemy.ext.asyncio.AsyncSession': firstOf(0, 'bind'),
  'sqlalchemy.text': converts(undefined),
  'sqlalchemy.sql.text': converts(undefined),
  'textwrap.dedent': passes(0),
  'inspect.cleandoc': passes(0),
  'contextlib.closing': passes(0),
  'contextlib.aclosing': passes(0),
  closing: passes(0),
  'typing.cast': passes(1),
  cast: passes(1),
  'functools.partial': passes(0),
  'asyncio.to_thread': inThread,
  'asyncio.run': passes(0),
  'asyncio.wait_for': passes(0),
  'asyncio.shield': passes(0),
  'anyio.to_thread.run_sync': inThread,
  'fastapi.Depends': resultsOf(0, 'dependency'),
  Depends: resultsOf(0, 'dependency'),
  'typer.Option': firstOf(0, 'default'),
  'typer.Argument': firstOf(0, 'default'),
  'fastapi.Query': firstOf(0, 'default'),
  'pydantic.Field': (call) => [...firstOf(0, 'default')(call), ...resultsOf(-1, 'default_factory')(call)],
  Field: (call) => [...firstOf(0, 'default')(call), ...resultsOf(-1, 'default_factory')(call)],
  'dataclasses.field': (call) => [...firstOf('default')(call), ...resultsOf(-1, 'default_factory')(call)],
  field: (call) => [...firstOf('default')(call), ...resultsOf(-1, 'default_factory')(call)],
  'attr.ib': (call) => [...firstOf('default')(call), ...resultsOf(-1, 'factory')(call)],
  'attrs.field': (call) => [...firstOf('default')(call), ...resultsOf(-1, 'factory')(call)],
  'argparse.ArgumentParser': names('argparse.Parser'),
  ArgumentParser: names('argparse.Parser'),
  'argparse.Parser.parse_args': names(NAMESPACE),
  'argparse.Parser.parse_known_args': (call) => [{ kind: 'list', items: [() => names(NAMESPACE)(call)] }],
  'argparse.Parser.add_subparsers': names('argparse.Parser'),
  'argparse.Parser.add_parser': names('argparse.Parser'),
  super: superCall,
  getattr: getAttribute,
  enumerate,
  vars: passes(0),
  'types.MappingProxyType': passes(0),
  dict: namedEntries,
  list: passes(0),
  tuple: passes(0),
  set: passes(0),
  sorted: passes(0),
  reversed: passes(0),
  iter: passes(0),
  next: (call) =>
    call.values(0).flatMap((value) => (value.kind === 'list' ? value.items.flatMap((item) => item()) : [value])),
  'types.SimpleNamespace': namedEntries,
  SimpleNamespace: namedEntries,
};

/** Test fixtures that pytest itself gives. */
const TEMPORARY_FIXTURES = new Set(['tmp_path', 'tmpdir', 'tmp_dir', 'temp_dir', 'temp_db', 'tmp_db', 'temp_db_path']);

export const PYTHON: Vocabulary = {
  classScopeIsVisible: false,
  callMethod: '__call__',
  functions: FUNCTIONS,
  textMethods: {
    read_text: readsReceiver,
    read_bytes: readsReceiver,
    read: readsReceiver,
    open: unchanged,
    glob: lists,
    rglob: lists,
    iterdir: lists,
    joinpath: joinpath(true),
    resolve: converting(true),
    absolute: converting(true),
    expanduser: converting(true),
    as_posix: converting(false),
    __str__: converting(false),
    __fspath__: converting(false),
    as_uri: (receiver, call) => call.concatenated([[{ ...call.hole(), text: 'file://' }], [receiver]]),
    with_name: withName,
    with_suffix: withSuffix,
    format: formatting,
    replace: replacing,
    strip: stripping,
    lower: inCase(false),
    upper: inCase(true),
    lstrip: unchanged,
    rstrip: unchanged,
    encode: unchanged,
    decode: unchanged,
    __enter__: unchanged,
    __aenter__: unchanged,
    split: splitting(false),
    rsplit: splitting(true),
    partition: splitting(false),
    rpartition: splitting(true),
    // `tmpdir.join("x.db")` of py.path and `tmp_path_factory.mktemp("data")`.
    join: (receiver, call) =>
      receiver.text.startsWith(ANCHOR.temporary) ? joinpath(true)(receiver, call) : joiningWith(receiver, call),
    mktemp: unchanged,
    mkdir: unchanged,
  },
  textProperties: {
    parent: parentProperty,
    parents: (text, origin) => {
      const items: (() => Value[])[] = [];
      let each = text;
      for (let level = 0; level < 12; level++) {
        each = { ...directoryOf(each, origin), isPath: true };
        const value = each;
        items.push(() => [value]);
      }
      return [{ kind: 'list', items }];
    },
    name: nameProperty,
    value: selfProperty,
  },
  unknownCall(call: Invocation): Value[] {
    // `config.get("db_path", "data/x.db")` on something unknown: its default is what can be known.
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    if (callee.name === '__enter__' || callee.name === '__aenter__')
      return [...call.evaluator.evaluate(callee.object, call.frame)];
    if (['get', 'getenv', 'pop', 'get_setting', 'getstr'].includes(callee.name))
      return environmentValues(call, variableName(call), 1, ['default', 'fallback']);
    if (callee.name === 'enter_context' || callee.name === 'enter_async_context') return call.values(0);
    if (callee.name === 'str' || callee.name === 'path') return firstOf('default')(call);
    // `current_app.open_resource("schema.sql")` of Flask.
    if (callee.name === 'open_resource') return call.texts(0);
    if (callee.name === 'run_in_executor' && call.positional.length > 2) {
      const opensDatabase = call
        .values(1)
        .some((value) => value.kind === 'external' && /(^|\.)(connect|Connection)$/.test(value.name));
      return opensDatabase ? call.open(call.texts(2)) : [];
    }
    return [];
  },
  externalMember(evaluator, name, member, module) {
    if (name === 'os' || name === 'os.path') {
      if (member === 'sep') return [separatorText(module, member)];
      if (member === 'pardir' || member === 'curdir')
        return [{ ...separatorText(module, member), text: member === 'pardir' ? '..' : '.' }];
    }
    if (name === 'django.db.connection') {
      const expression: Expression = { kind: 'name', name: 'connection', scope: 0, start: -1, end: -1 };
      return djangoConnection(evaluator, 'default', { module, expression, frame: module.frame });
    }
    if (name === 'django.conf.settings') {
      const found = djangoSetting(evaluator, member);
      return found.length > 0 ? found : undefined;
    }
    return name === NAMESPACE ? argumentDefault(evaluator, module, member) : undefined;
  },
  indexExternal(name, key, evaluator, origin) {
    if (/(^|\.)environ$/.test(name)) return environmentVariable(evaluator, key, origin);
    if (name === 'django.db.connections' && key !== undefined) return djangoConnection(evaluator, key, origin);
    return name === NAMESPACE && key !== undefined ? argumentDefault(evaluator, origin.module, key) : [];
  },
  indexValue: () => [],
  injected(evaluator, module, scope, parameter) {
    const option = optionDefault(evaluator, module, scope, parameter.name);
    if (option.length > 0) return option;
    const fixture = fixtureNamed(evaluator, module, parameter.name);
    if (fixture) return fixture;
    const isTest = scope.name.startsWith('test') || scope.decorators.some(isFixture);
    if (isTest && TEMPORARY_FIXTURES.has(parameter.name))
      return [
        {
          ...holeText({
            module,
            expression: {
              kind: 'name',
              name: parameter.name,
              scope: scope.id,
              start: parameter.start,
              end: parameter.end,
            },
            frame: module.frame,
          }),
          text: ANCHOR.temporary,
          isPath: true,
        },
      ];
    return [];
  },
  unknownMember: connectionMember,
  isProperty: (scope) =>
    scope.isProperty === true || scope.decorators.some((decorator) => PROPERTY.test(nameOf(decorator))),
  classMember: () => [],
  instanceMember(evaluator, instance, name) {
    if (name === '__enter__' || name === '__aenter__') return [{ kind: 'method', receiver: instance, name }];
    return environmentField(evaluator, instance, name);
  },
  generated: targetValues,
};

/** A field of pydantic's settings that has no default: what the environment says. */
function environmentField(evaluator: Evaluator, instance: Instance, name: string): Value[] {
  const types = evaluator.ancestry(instance.type);
  const isSettings = types.some(({ module, scope }) =>
    module.program.scopes[scope]!.bases.some((base) => lastName(base) === 'BaseSettings'),
  );
  const declaring = isSettings ? types.find((type) => Object.hasOwn(scopeOf(type).bindings, name)) : undefined;
  if (!declaring) return [];
  const [prefix = ''] = types.flatMap((type) => prefixOf(evaluator, type));
  return inEnvironmentFile(evaluator.project, prefix + name, declaring.module.file, false);
}

/** `model_config = SettingsConfigDict(env_prefix="APP_")`, or the same in an inner class `Config`. */
function prefixOf(evaluator: Evaluator, type: ScopeReference): string[] {
  const { module } = type;
  const given = (scope: Scope, name: string) =>
    (Object.hasOwn(scope.bindings, name) ? scope.bindings[name]! : []).flatMap((binding) =>
      binding.kind === 'value' ? [binding.value] : [],
    );
  const texts = (value: Expression) => evaluator.texts(value, module.frame).map(({ text }) => text);
  const config = given(scopeOf(type), 'model_config').flatMap((value) => {
    if (value.kind === 'call')
      return value.arguments.filter(({ name }) => name === 'env_prefix').flatMap((each) => texts(each.value));
    const records = evaluator.evaluate(value, module.frame).filter((each) => each.kind === 'record');
    return records.flatMap(({ entries }) =>
      entries
        .filter(({ key }) => key === 'env_prefix')
        .flatMap((entry) => entry.value().flatMap((each) => (each.kind === 'text' ? [each.text] : []))),
    );
  });
  const { bindings } = scopeOf(type);
  const inner = Object.hasOwn(bindings, 'Config') ? bindings.Config! : [];
  return [
    ...config,
    ...inner.flatMap((binding) =>
      binding.kind === 'scope' ? given(module.program.scopes[binding.scope]!, 'env_prefix').flatMap(texts) : [],
    ),
  ];
}

const PROPERTY = /(^|\.)(property|cached_property|lazy_property|computed_field)$/;

function nameOf(decorator: Scope['decorators'][number]): string {
  if (decorator.kind === 'call') return nameOf(decorator.callee);
  if (decorator.kind === 'name') return decorator.name;
  if (decorator.kind === 'member') return `${nameOf(decorator.object)}.${decorator.name}`;
  return '';
}

function isFixture(decorator: Scope['decorators'][number]): boolean {
  return /(^|\.)fixture$/.test(nameOf(decorator));
}

/** The default of the command line argument that an attribute of the parsed arguments stands for. */
function argumentDefault(evaluator: Evaluator, module: Module, name: string): Value[] {
  const matches = evaluator.project.callsNamed('add_argument', false).filter(({ call }) => {
    const destination = call.arguments.find((argument) => argument.name === 'dest')?.value;
    if (destination?.kind === 'literal') return destination.value === name;
    return call.arguments.some(
      ({ name: keyword, value }) =>
        keyword === undefined &&
        value.kind === 'literal' &&
        value.value.replace(/^-+/, '').replaceAll('-', '_') === name,
    );
  });
  const here = matches.filter((site) => site.module === module);
  const declared = (here.length > 0 ? here : matches).flatMap((site) => {
    const value = site.call.arguments.find((argument) => argument.name === 'default')?.value;
    return value ? evaluator.evaluate(value, site.module.frame).map(seal) : [];
  });
  if (declared.length > 0) return declared;
  // `parser.set_defaults(db="data/x.db")`
  return evaluator.project
    .callsIn(module, 'set_defaults')
    .flatMap(({ call }) =>
      call.arguments
        .filter((argument) => argument.name === name)
        .flatMap(({ value }) => evaluator.evaluate(value, module.frame).map(seal)),
    );
}

/** `@click.option("--db-path", default="data/x.db")` on the function. */
function optionDefault(evaluator: Evaluator, module: Module, scope: Scope, name: string): Value[] {
  for (const decorator of scope.decorators) {
    if (decorator.kind !== 'call') continue;
    const names = decorator.arguments
      .filter((argument) => argument.name === undefined)
      .map((argument) => argument.value);
    const matches = names.some(
      (each) => each.kind === 'literal' && each.value.replace(/^-+/, '').replaceAll('-', '_') === name,
    );
    const value = decorator.arguments.find((argument) => argument.name === 'default')?.value;
    if (matches && value)
      return [...evaluator.evaluate(value, module.frame)].flatMap((each) =>
        each.kind === 'scope' ? resultsOfFunction(evaluator, each) : [each],
      );
  }
  return [];
}

/** A pytest fixture of the file or of a `conftest.py` above it. */
function fixtureNamed(evaluator: Evaluator, module: Module, name: string): Value[] | undefined {
  const files = [module.file];
  for (let directory = module.directory; ;) {
    files.push([directory, 'conftest.py'].filter(Boolean).join('/'));
    if (directory === '') break;
    const slash = directory.lastIndexOf('/');
    directory = slash < 0 ? '' : directory.slice(0, slash);
  }
  for (const file of files) {
    const found = evaluator.project.request(file);
    if (!found) continue;
    for (const binding of moduleBindings(found, name)) {
      if (binding.kind !== 'scope') continue;
      const scope = found.program.scopes[binding.scope]!;
      if (scope.decorators.some(isFixture))
        return scope.returns.flatMap((value) => evaluator.evaluate(value, found.frame));
    }
  }
  return undefined;
}
