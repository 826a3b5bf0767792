/** Modules of drivers for other databases than SQLite, as they are imported. */
const DRIVERS =
  /^(?:psycopg2?|psycopg_pool|asyncpg|pg8000|aiopg|pymysql|MySQLdb|mysql|aiomysql|asyncmy|mariadb|cx_Oracle|oracledb|pymssql|duckdb|clickhouse_(?:driver|connect)|snowflake|pg|pg-promise|pg-pool|postgres|mysql2|mssql|tedious|@neondatabase\/serverless|@vercel\/postgres|@clickhouse\/client|@duckdb\/[\w-]+|(?:github\.com\/jackc\/)?pgx(?:pool)?)(?=[./]|$)/;

/** Names of drivers that `database/sql` opens. */
const GO_DRIVERS =
  /^(?:postgres(?:ql)?|pgx(?:\/v\d+)?|mysql|sqlserver|mssql|oracle|godror|clickhouse|snowflake|duckdb)$/;

const URL =
  /^(?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mssql|oracle|clickhouse|duckdb|snowflake|cockroachdb)(?:\+\w+)?:/i;

/** Is what is called part of a driver for another engine? What it opens is no database of SQLite. */
export function isOtherDriver(name: string): boolean {
  return DRIVERS.test(name);
}

export function isOtherGoDriver(name: string): boolean {
  return GO_DRIVERS.test(name);
}

/** `postgresql+asyncpg://…` */
export function isOtherUrl(text: string): boolean {
  return URL.test(text);
}
