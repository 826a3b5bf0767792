import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { forgetScans, scanReferences } from '../../../src/core/references/scan';
import { interpretedLanguage } from '../../../src/core/references/languages/interpreter';
import { withWorkspace } from '../../references/corpus';

const SHELL = '#!/bin/sh\nsqlite3 data/plants.db "DELETE FROM beds"\n';
const PYTHON =
  '#!/usr/bin/env python3\nimport sqlite3\nsqlite3.connect("data/plants.db").execute("DELETE FROM beds")\n';
const base = {
  name: 'programs',
  databases: [{ path: 'data/plants.db', tables: ['beds'] }],
  labels: [],
  files: new Map([['bin/water', SHELL]]),
};

it.each([
  ['#!/bin/sh', 'shellscript'],
  ['#! /usr/bin/env bash -e\r\n', 'shellscript'],
  ['#!/usr/bin/env -S PYTHONUTF8=1 python3.12 -u\n', 'python'],
  ['#!/usr/bin/env -S uv run --script\n', 'python'],
  ['#!/usr/local/bin/node --no-warnings\n', 'javascript'],
  ['#!/usr/bin/env -S npx tsx\n', 'typescript'],
  ['#!/usr/bin/perl -w\n', undefined],
  ['#!\n/bin/sh\n', undefined],
  ['# !/bin/sh\n', undefined],
  ['', undefined],
])('%j says what it is written in', (text, language) => expect(interpretedLanguage(text)).toBe(language));

it('does not look at the whole folder again because of a program that is left out', async () => {
  await withWorkspace(base, async (workspace) => {
    const scan = async (changed?: readonly string[], documents?: ReadonlyMap<string, string>) => {
      const found = await scanReferences({
        workspace,
        databases: base.databases,
        exclude: ['old/**'],
        changed,
        documents,
      });
      return found.references.length;
    };
    const all = await scan();
    await writeFile(path.join(workspace, 'unseen.py'), PYTHON);
    for (const file of ['old/water', 'node_modules/.bin/water'])
      expect(await scan([file], new Map([[file, SHELL]]))).toBe(all);
    expect(await scan()).toBe(all + 2);
    forgetScans(workspace);
  });
});

it('follows a program whose first line changes, is made and goes away, on the disk and in an editor', async () => {
  await withWorkspace(base, async (workspace) => {
    const told = async (changed?: readonly string[], documents?: ReadonlyMap<string, string>) => {
      const { databases } = base;
      const { references } = await scanReferences({ workspace, databases, changed, documents });
      return references.map(({ file, language, kind }) => `${file} ${language} ${kind}`);
    };
    const both = (file: string, language: string) => [`${file} ${language} path`, `${file} ${language} table`];
    expect(await told()).toEqual(both('bin/water', 'shellscript'));
    const file = (name: string) => path.join(workspace, name);
    await writeFile(file('bin/water'), PYTHON);
    expect(await told(['bin/water'])).toEqual(both('bin/water', 'python'));
    expect(await told([], new Map([['bin/water', SHELL]]))).toEqual(both('bin/water', 'shellscript'));
    expect(await told([], new Map([['bin/water', 'water: data/plants.db\n']]))).toEqual([]);
    expect(await told([])).toEqual(both('bin/water', 'python'));
    await writeFile(file('bin/seed'), 'a note\n');
    expect(await told(['bin/seed'])).toEqual(both('bin/water', 'python'));
    expect(await told([], new Map([['bin/seed', SHELL]]))).toEqual([
      ...both('bin/seed', 'shellscript'),
      ...both('bin/water', 'python'),
    ]);
    await writeFile(file('bin/seed'), SHELL);
    await rm(file('bin/water'));
    expect(await told(['bin/seed', 'bin/water'])).toEqual(both('bin/seed', 'shellscript'));
    forgetScans(workspace);
  });
});
