import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCodeFiles } from '../../../src/core/refactoring/code-files';
import { planRefactoring } from '../../../src/core/refactoring/refactor';
import { writeEdits } from '../../../src/core/refactoring/write-edits';
import { scanReferences } from '../../../src/core/references/scan';
import { moved, plan, target } from './support';

const LEGACY = `
import sqlite3
chat = sqlite3.connect("data/chat.db")
chat.executescript("""
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat INTEGER, sender TEXT, tag INTEGER);
CREATE TABLE chats (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY);
INSERT INTO chats VALUES (1, 'kitchen'), (2, 'garage');
INSERT INTO messages VALUES (1, 1, 'ada', 7), (2, 2, 'ada', NULL), (3, 1, 'bob', 7);
INSERT INTO tags VALUES (7);
""")
`;

/** The same rows under the new names; no views stand in for names that were missed. */
const UNIFIED = `
import sqlite3
core = sqlite3.connect("data/core.db")
core.execute("ATTACH 'data/chat.db' AS legacy")
for old, new in (("messages", "chat_messages"), ("chats", "rooms"), ("tags", "labels")):
    core.execute(f"CREATE TABLE {new} AS SELECT * FROM legacy.{old}")
core.commit()
`;

const PROGRAM = `import sqlite3


def listed(sender=None, chat=None, newest=True):
    conn = sqlite3.connect("data/chat.db")
    parts = ["SELECT messages.id, chats.name FROM messages"]
    parts.append("JOIN chats ON messages.chat = chats.id")
    where = []
    params = []
    if sender:
        where.append("messages.sender = ?")
        params.append(sender)
    if chat:
        where.append("chats.name LIKE ?")
        params.append(chat)
    if where:
        parts.append("WHERE " + " AND ".join(where))
    order = "messages.id DESC" if newest else "chats.name, messages.id"
    parts.append(f"ORDER BY {order}")
    parts.extend(["LIMIT 5", "OFFSET 0"])
    return conn.execute(" ".join(parts), params).fetchall()


def tagged(only):
    conn = sqlite3.connect("data/chat.db")
    sql = "SELECT id FROM messages WHERE 1 = 1"
    if only:
        sql += " AND messages.tag IN (SELECT id FROM tags)"
    return conn.execute(sql + " ORDER BY messages.id").fetchall()


def has(name):
    conn = sqlite3.connect("data/chat.db")
    return conn.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()[0]


print(has("messages"), has("chats"), has("tags"))
print(listed(), listed("ada"), listed(chat="k%", newest=False), listed("bob", "k%"), tagged(True), tagged(False))
`;

const workspace = mkdtempSync(path.join(tmpdir(), 'joined-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const python = (...rest: string[]) => execFileSync('python3', rest, { cwd: workspace, encoding: 'utf8' });

describe('statements that are put together from parts', () => {
  it('find the same rows under the new names', async () => {
    mkdirSync(path.join(workspace, 'data'));
    python('-c', LEGACY);
    writeFileSync(path.join(workspace, 'app.py'), PROGRAM);
    const before = python('app.py');
    expect(before).toContain("(3, 'kitchen')");
    expect(before).toContain('1 1 1\n');
    python('-c', UNIFIED);
    const thePlan = plan({
      targets: [target('core', 'data/core.db', ['chat_messages', 'rooms', 'labels'])],
      databases: [
        {
          path: 'data/chat.db',
          action: 'merge',
          tables: [moved('messages', 'core.chat_messages'), moved('chats', 'core.rooms'), moved('tags', 'core.labels')],
        },
      ],
      access: { python: { module: 'databases' } },
    });
    const databases = [{ path: 'data/chat.db', tables: ['messages', 'chats', 'tags'] }];
    const found = await scanReferences({ workspace, databases, plan: thePlan });
    const { edits, left } = planRefactoring(found, thePlan, openCodeFiles(workspace));
    expect(left).toEqual([]);
    await writeEdits(workspace, edits);
    rmSync(path.join(workspace, 'data/chat.db'));
    expect(python('app.py')).toBe(before);
  });
});
