/**
 * What evaluation looked at to answer for one file. As long as nothing of it changes the answer stays, because every file
 * is answered from nothing: no value is carried over from the file before.
 */
export class Reads {
  /** Files that were looked into or asked for, parsed or not. */
  readonly files = new Set<string>();
  /** Names whose calls, struct literals or assignments were asked for in all of the project. */
  readonly names = new Set<string>();
  /** Names whose declaring files were asked for, with their language: `java\0Store`. */
  readonly declared = new Set<string>();
  /** Files that evaluation asked for and that were not parsed. */
  readonly wanted = new Set<string>();
  /** Files of which evaluation asked for what is not parsed. */
  readonly whole = new Set<string>();
  /** Names of functions whose callers evaluation asked for. */
  readonly askedCalls = new Set<string>();

  /** What was looked at later to tell the places of the same answer. */
  add(other: Reads): void {
    for (const file of other.files) this.files.add(file);
    for (const name of other.names) this.names.add(name);
    for (const name of other.declared) this.declared.add(name);
  }
}
