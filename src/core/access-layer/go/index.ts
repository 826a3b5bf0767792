import type { GoAccess } from '../../refactoring/go/access';
import type { ResolvedPlan, ResolvedTarget } from '../../plan/resolved';
import { GENERATED_MARK, planHash } from '../generated';
import type { GeneratedFile } from '../generated';
import { legacyViews } from '../legacy-views';
import { poolLimits, splitProfile } from '../settings';
import { MODULE, OPTIONS } from './module';

/**
 * The Go package of the access layer (`database/sql`, Go 1.19 and later, no further dependency than the driver that the
 * module requires already). The same plan gives the same text.
 */
export function generateGo(plan: ResolvedPlan, access: GoAccess): GeneratedFile[] {
  const targets = [...plan.targets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const pool = poolLimits(plan, 'go');
  const { flag } = access.settings;
  const values: Readonly<Record<string, string>> = {
    MARK: GENERATED_MARK,
    PLAN: JSON.stringify(plan.name),
    HASH: planHash(plan),
    PACKAGE: access.name,
    EXAMPLE: targets[0]?.name ?? 'core',
    DRIVER: goString(access.driver.name),
    DRIVER_IMPORT: access.driver.importPath ? `\n\t_ ${goString(access.driver.importPath)}\n` : '',
    TARGETS: targets.map(printTarget).join(''),
    POOL_SIZE: String(pool.size),
    POOL_IDLE: String(Math.round(pool.idle)),
    UP: access.directory
      .split('/')
      .map(() => '".."')
      .join(', '),
    FLAG_DOC: flag ? ';\n// USE_CONSOLIDATED_DBS=0 sends call sites back to their legacy files' : '',
    OPTIONS: flag ? OPTIONS.replace('@LEGACY_VIEWS@', printViews(plan)) : '',
    OPTION_PARAMETER: flag ? ', options ...Option' : '',
    OPTION_ARGUMENT: flag ? ', options...' : '',
    LEGACY_PATH: flag
      ? '\tif legacy := legacyOf(options); legacy != "" {\n\t\treturn filepath.Join(Root(), filepath.FromSlash(legacy))\n\t}\n'
      : '',
    LEGACY_OPEN: flag
      ? '\tif legacy := legacyOf(options); legacy != "" {\n\t\treturn sql.OpenDB(&legacyConnector{path: path, views: moved[legacy], driver: registered}), nil\n\t}\n'
      : '',
  };
  const text = (MODULE + (flag ? LEGACY_CONNECTOR : '')).replace(/@([A-Z_]+)@/g, (_, name: string) => values[name]);
  return [{ path: `${access.directory}/databases.go`, text }];
}

const LEGACY_CONNECTOR = String.raw`
// legacyConnector opens a legacy file as it is, with temporary views for the new table names.
type legacyConnector struct {
	path   string
	views  []string
	driver driver.Driver
}

func (c *legacyConnector) Driver() driver.Driver { return c.driver }

func (c *legacyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	connection, err := c.driver.Open(c.path)
	if err != nil {
		return nil, err
	}
	for _, view := range c.views {
		if _, err := ask(connection, view); err != nil {
			connection.Close()
			return nil, err
		}
	}
	return connection, nil
}
`;

function printTarget(target: ResolvedTarget): string {
  const { creation, pragmas } = splitProfile(target.profile);
  const print = (list: readonly (readonly [string, string])[]) =>
    `[]Pragma{${list.map(([name, value]) => `{${goString(name)}, ${goString(value)}}`).join(', ')}}`;
  return (
    `\t${goString(target.name)}: {\n` +
    `\t\tPath:     ${goString(target.path)},\n` +
    `\t\tPurpose:  ${goString(target.purpose ?? '')},\n` +
    `\t\tCreation: ${print(creation)},\n` +
    `\t\tPragmas:  ${print(pragmas)},\n` +
    `\t\tTables:   []string{${target.tables.map((table) => goString(table.name)).join(', ')}},\n` +
    `\t},\n`
  );
}

function printViews(plan: ResolvedPlan): string {
  return [...legacyViews(plan)]
    .map(
      ([database, statements]) =>
        `\t${goString(database)}: {\n${statements.map((sql) => `\t\t${goString(sql)},\n`).join('')}\t},\n`,
    )
    .join('');
}

/** JSON's escapes are Go's, but for characters beyond the BMP, which both take as they are. */
function goString(text: string): string {
  return JSON.stringify(text);
}
