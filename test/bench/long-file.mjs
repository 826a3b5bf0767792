/** The lines of a Python file of 5,000 lines, the worst there is: a reference on every second line. */
export function worstLines() {
  const lines = [
    'import sqlite3',
    'from pathlib import Path',
    'DB = Path("data") / "account.db"',
    'connection = sqlite3.connect(DB)',
  ];
  for (let n = 0; lines.length < 5_000; n++)
    lines.push(
      `def f${n}(value):`,
      `    rows = connection.execute("SELECT * FROM account_rows WHERE id = ?", (value,)).fetchall()`,
      `    path = Path("data") / "batch.db"`,
      `    return rows, path, ${n}`,
      '',
    );
  return lines;
}

/** A long file as they are: some hundred references among functions that do other things. */
export function typicalLines() {
  const lines = [
    'import json',
    'import logging',
    'import sqlite3',
    'from pathlib import Path',
    'DATA = Path("data")',
    'LOG = logging.getLogger(__name__)',
    'connection = sqlite3.connect(DATA / "account.db")',
  ];
  for (let n = 0; lines.length < 5_000; n++) {
    if (n % 12 === 0)
      lines.push(
        `def rows_${n}(value):`,
        '    rows = connection.execute("SELECT * FROM account_rows WHERE id = ?", (value,)).fetchall()',
        n % 60 === 0 ? '    other = sqlite3.connect(DATA / "batch.db")' : '    LOG.info("%d rows", len(rows))',
        `    return rows, ${n}`,
        '',
      );
    else
      lines.push(
        `def work_${n}(value, factor=${n}):`,
        '    """Adds up what the value holds."""',
        '    total = sum(each["amount"] * factor for each in value)',
        `    if total > ${n}: LOG.warning("more than %d: %s", ${n}, json.dumps(value))`,
        '',
      );
  }
  return lines;
}
