import { connectionSet } from './connections';
import { filledConnection, injectedConnection } from './containers-go';
import {
  anchors,
  converts,
  currentDirectory,
  environment,
  joinList,
  joins,
  opens,
  parents,
  passes,
  toCase,
  unchanged,
} from './operations';
import { built } from './built-texts';
import type { Invocation } from './invocation';
import { isOtherGoDriver } from './other-engines';
import { baseName } from './path-text';
import { heardBy } from './project';
import { decoded, viperString } from './settings-go';
import { converted, formatPercent, slice } from './texts';
import { ANCHOR } from './value';
import type { Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';
import { reads } from './file-contents';
import { targetValues } from './generated-access';

const openSecond: Operation = (call) =>
  call.texts(0).some(({ text }) => isOtherGoDriver(text)) ? call.otherEngine() : opens(1)(call);
const openFirst = opens(0);

const base: Operation = (call) =>
  call.texts(0).map((text) => {
    const name = baseName(text.text);
    return converted(slice(text, text.text.length - name.length, text.text.length), call.origin);
  });

const sprintf: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatPercent(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    call.origin,
  );
};

const sprint: Operation = (call) => call.concatenated(call.allTexts());

/** The file that the call stands in is the second result. */
const caller: Operation = (call) => [
  {
    kind: 'list',
    items: [
      () => [],
      () => call.evaluator.evaluate({ kind: 'file', start: call.call.start, end: call.call.end }, call.frame).slice(),
    ],
  },
];

const join: Operation = (call) =>
  call
    .values(0)
    .flatMap((value) =>
      value.kind === 'list' ? joinList(value, call, call.positional[0]?.value, call.textsOrHoleAt(1)) : [],
    );

const OPENERS = /^(?:Open|MustOpen|Connect|MustConnect|OpenDB|ConnectContext|OpenWithDriver|RegisterAndOpen)$/;

/** `c.String("db")` of urfave/cli: the value of `&cli.StringFlag{Name: "db", Value: "data/x.db"}`. */
function flagNamed(call: Invocation): Value[] {
  const name = call.texts(0)[0]?.text;
  if (name === undefined) return [];
  const { evaluator, frame } = call;
  return ['StringFlag', 'PathFlag'].flatMap((type) =>
    evaluator.project
      .recordsNamed(type)
      .filter(heardBy(frame.module))
      .flatMap(({ module, record }) => {
        const of = (field: string) =>
          record.entries
            .filter(({ key }) => key === field)
            .flatMap(({ value }) => [...evaluator.evaluate(value, module.frame)]);
        return of('Name').some((value) => value.kind === 'text' && value.text === name) ? of('Value') : [];
      }),
  );
}

/** Any instance of the type that a generic function is asked for. */
const instances: Operation = (call) =>
  call.call.arguments
    .filter((argument) => argument.name === 'type')
    .flatMap((argument) => call.evaluator.instancesOf(argument.value, call.frame));

const FUNCTIONS: Record<string, Operation> = {
  'database/sql.Open': openSecond,
  'github.com/jmoiron/sqlx.Open': openSecond,
  'github.com/jmoiron/sqlx.Connect': openSecond,
  'github.com/jmoiron/sqlx.ConnectContext': opens(2),
  'github.com/jmoiron/sqlx.MustConnect': openSecond,
  'github.com/jmoiron/sqlx.MustOpen': openSecond,
  'github.com/jmoiron/sqlx.NewDb': passes(0),
  'gorm.io/gorm.Open': passes(0),
  'github.com/jinzhu/gorm.Open': openSecond,
  'gorm.io/driver/sqlite.Open': openFirst,
  'github.com/glebarez/sqlite.Open': openFirst,
  'zombiezen.com/go/sqlite.OpenConn': openFirst,
  'zombiezen.com/go/sqlite/sqlitex.NewPool': openFirst,
  'zombiezen.com/go/sqlite/sqlitex.Open': openFirst,
  'crawshaw.io/sqlite.OpenConn': openFirst,
  'crawshaw.io/sqlite/sqlitex.Open': openFirst,
  'xorm.io/xorm.NewEngine': openSecond,
  'github.com/uptrace/bun.NewDB': passes(0),
  'path/filepath.Join': joins(false),
  'path.Join': joins(false),
  'path/filepath.Dir': parents(),
  'path.Dir': parents(),
  'path/filepath.Base': base,
  'path.Base': base,
  'path/filepath.Abs': converts(false),
  'path/filepath.Clean': converts(false),
  'path.Clean': converts(false),
  'path/filepath.EvalSymlinks': converts(false),
  'path/filepath.FromSlash': converts(false),
  'path/filepath.ToSlash': converts(false),
  'fmt.Sprintf': sprintf,
  'fmt.Sprint': sprint,
  // What is added is seen where the list is joined.
  append: passes(0),
  'strings.Join': join,
  'strings.TrimSpace': passes(0),
  'strings.TrimSuffix': passes(0),
  'strings.TrimPrefix': passes(0),
  'strings.TrimRight': passes(0),
  'strings.ToLower': toCase(false),
  'strings.ToUpper': toCase(true),
  'net/url.PathEscape': passes(0),
  string: passes(0),
  'go:embed': reads(0),
  'os.ReadFile': reads(0),
  'io/ioutil.ReadFile': reads(0),
  'io/fs.ReadFile': reads(1),
  'os.Getenv': environment(0, -1),
  'os.LookupEnv': environment(0, -1),
  'os.ExpandEnv': converts(false, expandShell),
  'os.Getwd': currentDirectory(),
  'os.UserHomeDir': anchors('home'),
  'os.UserConfigDir': anchors('home'),
  'os.UserCacheDir': anchors('home'),
  'os.TempDir': anchors('temporary'),
  'os.MkdirTemp': anchors('temporary'),
  'os.CreateTemp': anchors('temporary'),
  'io/ioutil.TempDir': anchors('temporary'),
  'io/ioutil.TempFile': anchors('temporary'),
  'os.Executable': anchors('hole'),
  'runtime.Caller': caller,
  'flag.String': passes(1),
  'github.com/spf13/pflag.String': passes(1),
  'github.com/spf13/pflag.StringP': passes(2),
  'github.com/spf13/viper.GetString': viperString,
  'go:decoded': decoded,
  new: (call) =>
    call.values(0).flatMap((type) => (type.kind === 'scope' ? [{ kind: 'instance', type, fields: new Map() }] : [])),
  'os.Open': passes(0),
  'encoding/json.NewDecoder': passes(0),
  'gopkg.in/yaml.v3.NewDecoder': passes(0),
  'gopkg.in/yaml.v2.NewDecoder': passes(0),
  'github.com/goccy/go-yaml.NewDecoder': passes(0),
  'github.com/BurntSushi/toml.NewDecoder': passes(0),
  'github.com/pelletier/go-toml/v2.NewDecoder': passes(0),
  'github.com/caarlos0/env/v11.ParseAs': instances,
  'github.com/caarlos0/env/v10.ParseAs': instances,
  'github.com/jmoiron/sqlx.In': passes(0),
  'github.com/jmoiron/sqlx.Named': passes(0),
  'github.com/jmoiron/sqlx.Rebind': passes(1),
};

/** `$HOME/x.db` and `${DATA_DIR}/x.db`. */
export function expandShell(text: string): string {
  return text.replace(/\$\{?HOME\}?/g, ANCHOR.home).replace(/\$\{?\w+\}?/g, ANCHOR.hole);
}

/** `fs.WalkDir(files, "migrations", func(path string, …))`: any file below. */
function walked(call: Invocation, position: number): Value[] {
  const { callee } = call.call;
  if (position !== 0 || callee.kind !== 'member' || !/^Walk(?:Dir)?$/.test(callee.name)) return [];
  const roots = call.texts(call.positional.length > 2 ? 1 : 0);
  return roots.flatMap((root) =>
    [ANCHOR.hole, `${ANCHOR.hole}/${ANCHOR.hole}`].map((below) => ({ ...root, text: `${root.text}/${below}` })),
  );
}

export const GO: Vocabulary = {
  classScopeIsVisible: false,
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    // A file is known by its name.
    Name: unchanged,
    String: unchanged,
    Close: () => [],
  },
  textProperties: {},
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind === 'name') return [];
    if (callee.kind !== 'member') return [];
    // A method of `embed.FS`.
    if (callee.name === 'ReadFile') return reads(0)(call);
    // `c.MustGet("db").(*sql.DB)` of gin, `c.Locals("db")` of fiber.
    if (/^(?:MustGet|Get|Locals)$/.test(callee.name)) {
      const found = connectionSet(call, 'Set', 'Locals');
      if (found.length > 0) return found;
    }
    if (callee.name === 'TempDir' || callee.name === 'MkdirTemp') return [call.anchored('temporary')];
    if (OPENERS.test(callee.name) && call.texts(0).some(({ text }) => isOtherGoDriver(text))) return call.otherEngine();
    if (OPENERS.test(callee.name) && call.texts(0).some((text) => /sqlite|libsql/i.test(text.text)))
      return call.open(call.texts(1));
    if (callee.name === 'StringP') return call.values(2);
    if (callee.name === 'String' && call.positional.length === 0) return built(call, callee.object);
    if (callee.name === 'String') return call.positional.length > 1 ? call.values(1) : flagNamed(call);
    // Of an instance of viper, or of the flags of a command.
    if (callee.name === 'GetString') return viperString(call);
    return [];
  },
  handed: walked,
  indexExternal: (name, key) => (key === undefined ? [{ kind: 'external', name }] : []),
  indexValue: () => [],
  injected: injectedConnection,
  isProperty: () => false,
  classMember: () => [],
  instanceMember: filledConnection,
  ofHandle: (call) => (call.name === 'Rebind' ? call.values(0) : undefined),
  generated: targetValues,
};
