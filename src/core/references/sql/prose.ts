import { ANCHOR } from '../evaluation/value';
import { sqlTokens } from '../../sqlite/sql-tokens';
import type { SqlToken } from '../../sqlite/sql-tokens';

const AFTER_CREATE = /^(?:table|temp|temporary|index|unique|view|trigger|virtual)$/;
const AFTER_DROP = /^(?:table|index|view|trigger)$/;
const AFTER_INSERT = /^(?:values|select|default|as|with|replace|set)$/;
const AFTER_DELETE = /^(?:where|as|indexed|not|returning|order|limit)$/;
const AFTER_ALIAS =
  /^(?:where|group|order|having|limit|offset|union|except|intersect|on|using|join|inner|left|right|full|outer|cross|natural|window|indexed|not|as|set|returning|collate|and|or|values|select)$/;

/**
 * Does a text that begins as a statement go on as a sentence: `Select from the list`, `insert into visitors failed`?
 * Asked only of texts that nothing was seen to run.
 */
export function isProse(text: string): boolean {
  const tokens = sqlTokens(text);
  const word = (at: number) => (tokens[at]?.kind === 'word' ? tokens[at].text.toLowerCase() : undefined);
  // `Select plates from samples.`: no statement ends in a full stop.
  if (/[\p{L}\p{N}][.!…]\s*$/u.test(text)) return true;
  // `Select one from snippets`: a statement has its keywords in one case, or more than words.
  if (/^\s*[A-Z][a-z]/.test(text) && !/[^\p{L}\s'’-]/u.test(text)) return true;
  // `delete from samples: 5 rows`: the colon of a parameter stands before its name.
  if (
    tokens.some(
      ({ kind, end, text: colon }) => kind === 'illegal' && colon === ':' && /^(?:\s|$)/.test(text.slice(end)),
    )
  )
    return true;
  switch (word(0)) {
    case 'select':
      return word(1) === 'from' || speaksAfterFrom(tokens, word);
    case 'insert':
    case 'replace': {
      const into = tokens.findIndex((_, at) => at < 5 && word(at) === 'into');
      if (into < 0) return true;
      const after = afterName(tokens, into + 1);
      // `insert into documents` and no more: a command of a menu; what goes on has a blank at the end, or is seen to run.
      if (tokens.length <= after) return /^[a-z]/.test(text) && /\S$/.test(text);
      const next = word(after);
      return next !== undefined && !AFTER_INSERT.test(next) && !isHole(next);
    }
    case 'update': {
      const set = tokens.findIndex((_, at) => word(at) === 'set');
      // `update flags set by hand`, `update jobs set state`: a column and `=`, or a list of columns.
      const isEnd = tokens.length === set + 2 && /\S$/.test(text);
      return set > 0 && word(set + 1) !== undefined && (word(set + 2) !== undefined || isEnd) && !isOpen(text);
    }
    case 'delete': {
      if (word(1) !== 'from') return true;
      const after = afterName(tokens, 2);
      const next = word(after);
      if (next === 'not' && word(after + 1) !== 'indexed') return true;
      return next !== undefined && !AFTER_DELETE.test(next) && !isHole(next);
    }
    case 'create':
      return word(1) !== undefined && !AFTER_CREATE.test(word(1)!);
    case 'drop':
      return word(1) !== undefined && !AFTER_DROP.test(word(1)!);
    case 'alter':
      return word(1) !== undefined && word(1) !== 'table';
    default:
      return false;
  }
}

/** Are there parts that are not known where a column could stand? Behind a whole word none can. */
function isOpen(text: string): boolean {
  return new RegExp(`\\bset\\s+(?:[^=]*,\\s*)?[^=\\s]*${ANCHOR.hole}`, 'i').test(text);
}

/** A part that is not known, which can be anything. */
function isHole(word: string): boolean {
  return word.includes(ANCHOR.hole);
}

/** `FROM users what you like`: after a table and its alias no bare word can follow. */
function speaksAfterFrom(tokens: readonly SqlToken[], word: (at: number) => string | undefined): boolean {
  const from = tokens.findIndex((_, at) => word(at) === 'from');
  if (from < 0) return false;
  const next = afterName(tokens, from + 1);
  if (word(next) === undefined || AFTER_ALIAS.test(word(next)!)) return false;
  const beyond = word(next + 1);
  return beyond !== undefined && !AFTER_ALIAS.test(beyond) && !isHole(beyond);
}

/** Index of the token after a table name, which may have a schema before it. */
function afterName(tokens: readonly SqlToken[], at: number): number {
  return tokens[at + 1]?.text === '.' ? at + 3 : at + 1;
}

/** Functions whose text is for people. */
const TELLING =
  /^(?:log|logf|info|infof|warn|warning|warnf|error|errorf|debug|debugf|trace|critical|exception|fatal|fatalf|panic|panicf|print|println|printf|fprintf|eprintln!?|println!|print!|eprint!|panic!|format_err!|bail!|anyhow!|info!|warn!|error!|debug!|puts|echo|write_?line|notify|toast|alert|fail|die|exit|raise|error_log|trigger_error|add_argument|help|describe|it|test|New|Errorf|\w*Error|\w*Exception)$/i;

export function tellsPeople(name: string): boolean {
  return TELLING.test(name);
}

/** Fields and named arguments that hold words to be read on a screen. */
const SHOWN =
  /^(?:place_?holder|prompt|title|sub_?title|label|message|details?|description|tool_?tip|help|help_?text|hint|summary|caption|heading|epilog|usage|aria_?label)$/i;

export function isShown(name: string): boolean {
  return SHOWN.test(name);
}

/** Functions that put their arguments into a text for people, after the first. */
const LOGGING =
  /^(?:log|info|warn|warning|error|debug|trace|critical|fatal|panic|print)(?:f|ln|w)?$|^(?:(?:ef?|f)?printf|eprintln!?|println!|print!|eprint!|format_err!|bail!|anyhow!|info!|warn!|error!|debug!)$/i;

export function logs(name: string): boolean {
  return LOGGING.test(name);
}
