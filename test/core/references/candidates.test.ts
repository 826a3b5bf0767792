import { describe, expect, it } from 'vitest';
import { Candidates } from '../../../src/core/references/analysis/candidates';

const candidates = new Candidates({ files: [], databases: new Map([['data/app.data', new Set(['orders'])]]) });

describe('code that is worth parsing', () => {
  it.each([
    'open("x.db")',
    'open("x.DB3")',
    'open("x.s3db")',
    'open("x.sl3")',
    'open("x.sqlite3")',
    '":memory:"',
    'import aiosqlite',
    'using SQLiteConnection;',
    'SQLITE_PATH = x',
    'using SqLite;',
    'import APSW',
    'from Peewee import *',
    'import apsw',
    'from peewee import *',
    "__tablename__ = 'orders'",
    "db_table = 'orders'",
    "from 'drizzle/sqliteTable'",
    'from sqlalchemy import x',
    'builder.ToTable("orders")',
    'import "github.com/Masterminds/squirrel"',
    'goqu.From("orders")',
    'func (Order) TableName() string',
    'knex.schema . createTable("orders")',
    '@Entity("orders")',
    '@Table(name = "orders")',
    "protected $table = 'orders';",
    "table_name = 'orders'",
    "club().insertInto('orders').values(x)",
    "knex('orders').where(x).update(y)",
    'open("app.data")',
    '"SELECT * FROM orders"',
    '"delete from orders"',
    '"REPLACE INTO orders"',
    '"Attach x; drop table orders"',
    'f"select x from {name}"',
    '"pragma table_info(" + name',
  ])('%s', (text) => {
    expect(candidates.isCandidate(`first = 1\n${text}\n`)).toBe(true);
  });

  it.each(['def created(self):\n    self.updated = selector(x)', 'table = Tables[0]', 'memory = x', 'select(orders)'])(
    'is not: %s',
    (text) => {
      expect(candidates.isCandidate(text)).toBe(false);
    },
  );
});
