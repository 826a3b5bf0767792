import { resolutionId } from './resolution-id';
import { quoteIdentifier } from '../identifiers';
import { foreignKeys, type Constraint } from './ddl';
import { ddlFingerprint } from './ddl-rename';
import { foldName, sameName, tokenName } from '../sqlite/sql-tokens';
import type { Reporter } from './reporter';
import { describeSource, discriminatorColumns, isComposite, type TableGroup } from './table-group';
import type { MappedSource } from './unify-columns';

/** The group that holds a unified table of the same target, or undefined. */
export type ParentGroup = (target: string, name: string) => TableGroup | undefined;

/** Foreign keys of a unified table as table constraints. */
export interface UnifiedForeignKeys {
  readonly texts: readonly string[];
  /** Do they differ from what a source declares? Then the table cannot move as it is. */
  readonly changed: boolean;
}

/**
 * Foreign keys of a unified table: those whose parent is in the same target. In a merge, one that not all sources declare
 * is kept only where the others lack its columns, since their rows may violate it.
 */
export function unifyForeignKeys(
  group: TableGroup,
  sources: readonly MappedSource[],
  parents: ParentGroup,
  reporter: Reporter,
): UnifiedForeignKeys {
  let removed = false;
  const perSource = sources.map(({ source, mapping }) => {
    const renamed = source.definition ? foreignKeys(source.definition) : [];
    return renamed.flatMap((constraint, index) => {
      const lost = source.lostForeignKeys.has(index);
      const gone = constraint.columns.some((name) => !mapping.columns.some((column) => sameName(column.target, name)));
      const dropped = isDropped(group, constraint.columns);
      if (lost || gone || dropped) {
        removed = true;
        return [];
      }
      return [{ constraint, id: identity(constraint) }];
    });
  });
  const ids = [...new Set(perSource.flat().map(({ id }) => id))];
  const kept = ids.filter((id) => {
    const { constraint } = perSource.flat().find((entry) => entry.id === id)!;
    return sources.every(
      ({ mapping }, index) =>
        perSource[index]!.some((entry) => entry.id === id) ||
        constraint.columns.some((name) => !mapping.columns.some((column) => sameName(column.target, name))),
    );
  });
  if (kept.length < ids.length) {
    removed = true;
    reporter.report({
      code: 'FOREIGN_KEYS_DIFFER',
      severity: group.settings.accept?.includes('FOREIGN_KEYS_DIFFER') ? 'info' : 'warning',
      at: group.at,
      message: `The sources of ${group.target}.${group.name} have other foreign keys; only those that every source has are kept: ${sources.map(({ source }, index) => `${perSource[index]!.map(({ constraint }) => `(${constraint.columns.join(', ')})`).join(', ') || 'none'} in ${describeSource(source)}`).join('; ')}.`,
      table: group.name,
      details: {
        target: group.target,
        sides: sources.map(({ source }, index) => ({
          database: source.database.path,
          table: source.table.name,
          rows: source.table.rows,
          value: perSource[index]!.map(({ constraint }) => `(${constraint.columns.join(', ')})`),
        })),
      },
      resolutions: [{ id: 'accept:FOREIGN_KEYS_DIFFER', title: 'Keep what every source has' }],
    });
  }
  const texts = kept.map((id) =>
    foreignKeyText(group, perSource.flat().find((entry) => entry.id === id)!.constraint, parents, reporter),
  );
  return { texts: texts.map(({ text }) => text), changed: removed || texts.some((text) => text.changed) };
}

/** Does the plan leave this foreign key out? Columns are named as in the unified table. */
export function isDropped(group: TableGroup, columns: readonly string[]): boolean {
  const wanted = columns.map((column) => foldName(column.trim())).join(',');
  return Object.keys(group.settings.dropForeignKeys ?? {}).some(
    (key) =>
      key
        .split(',')
        .map((column) => foldName(column.trim()))
        .join(',') === wanted,
  );
}

function identity(constraint: Constraint): string {
  const parent = constraint.parent!;
  return JSON.stringify([
    constraint.columns.map(foldName),
    foldName(tokenName(parent.table)),
    parent.columns.map(foldName),
    ddlFingerprint(parent.actions),
  ]);
}

function foreignKeyText(
  group: TableGroup,
  constraint: Constraint,
  parents: ParentGroup,
  reporter: Reporter,
): { text: string; changed: boolean } {
  const parent = constraint.parent!;
  const parentName = tokenName(parent.table);
  const parentGroup = parents(group.target, parentName);
  let columns = constraint.columns;
  let references = parent.columns;
  let changed = false;
  if (parentGroup && isComposite(parentGroup)) {
    // The parent's key has grown by its discriminator, so the reference has to grow likewise.
    const added = discriminatorColumns(parentGroup);
    const own = discriminatorColumns(group);
    if (added.every((name) => own.some((column) => sameName(column, name)))) {
      const key = references.length > 0 ? references : primaryKeyOf(parentGroup);
      columns = [...added, ...columns];
      references = [...added, ...key];
      changed = true;
    } else
      reporter.error(
        'FOREIGN_KEY_MISMATCH',
        group.at,
        `${group.target}.${group.name} (${columns.join(', ')}) refers to ${parentName}, whose key now includes ${added.join(', ')}. Give ${group.name} the same discriminator, or use "keys": "renumber" for ${parentName}.`,
        {
          table: group.name,
          details: { target: group.target, parent: parentName, columns },
          resolutions: [
            { id: resolutionId('discriminator-like', parentName), title: `Give ${group.name} the same discriminator` },
            { id: resolutionId('renumber', parentName), title: `Renumber ${parentName}` },
          ],
        },
      );
  }
  const list = references.length > 0 ? ` (${references.map(quoteIdentifier).join(', ')})` : '';
  const name = constraint.name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(constraint.name)} `;
  return {
    text: `${name}FOREIGN KEY (${columns.map(quoteIdentifier).join(', ')}) REFERENCES ${quoteIdentifier(parentName)}${list}${parent.actions ? ` ${parent.actions}` : ''}`,
    changed,
  };
}

function primaryKeyOf(group: TableGroup): string[] {
  const source = group.sources[0];
  if (!source) return [];
  return [...source.table.columns]
    .filter((column) => column.primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => {
      const mapping = source.entry.columns?.[column.name];
      return typeof mapping === 'string' ? mapping : column.name;
    });
}
