// Measures what a machine can of docs/style.md: headless sentences and long lines.

/** Columns of a line of source. The formatter wraps code at 110, but neither comments nor strings. */
export const LONGEST_LINE = 120;

const HEADLESS =
  /^(?:What|Who|Whom|Whose|Whoever|Whatever|Whichever|None of what|Of (?:an?|what|whom|the|those|such))\b/;
const HEADLESS_TITLE = new RegExp(HEADLESS.source, 'i');
const BREAK = /(?<=[.!?:;]["'’”)*_]*)\s+(?=["'‘“(*_]*[A-Z`])/g;
const WORDS = /[\p{L}\d]+[^\p{L}\d]+[\p{L}\d]+/u;

/**
 * Lists the sentences of a file's prose: `{line, text, isHeadless}`. The prose of source is its comments, its test
 * titles and its strings of four words or more. Questions have a head.
 */
export function sentencesOf(path, source) {
  const texts = path.endsWith('.md') ? textsOfMarkdown(source) : textsOfSource(source, path.endsWith('.sql'));
  return texts.flatMap(({ at, text, isTitle }) => {
    const head = isTitle ? HEADLESS_TITLE : HEADLESS;
    return split(text).map((sentence) => ({
      line: lineOf(source, at + sentence.start),
      text: text.slice(sentence.start, sentence.end).trim().replaceAll(/\s+/g, ' '),
      isHeadless: head.test(sentence.text.replace(/^["'‘“(*_]+/, '')) && !/\?["'’”)*_]*$/.test(sentence.text),
    }));
  });
}

/** Lists the numbers of lines that are too long, except for URLs, patterns and other unbreakable words. */
export function longLinesOf(source) {
  return source
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.length > LONGEST_LINE && !/https?:\/\/|\S{80}|^\s*\/(?![/*])/.test(line))
    .map(({ number }) => number);
}

function split(text) {
  const filled = fillCode(text);
  const starts = [
    0,
    ...[...filled.matchAll(BREAK)].map((found) => found.index + found[0].length),
    text.length,
  ];
  return starts
    .slice(1)
    .map((end, index) => ({ start: starts[index], end }))
    .map(({ start, end }) => ({ start: start + filled.slice(start, end).search(/\S|$/), end }))
    .map((range) => ({ ...range, text: filled.slice(range.start, range.end).trim() }))
    .filter((sentence) => WORDS.test(sentence.text));
}

const lineOf = (source, at) => source.slice(0, at).split('\n').length;
/** Blanks what a pattern finds and keeps every offset. */
const blank = (text, pattern) => text.replaceAll(pattern, (found) => found.replaceAll(/[^\n]/g, ' '));
/** Fills code between backticks: a sentence neither ends nor starts in it. */
const fillCode = (text) => text.replaceAll(/`[^`\n]+`/g, (found) => `\`${'x'.repeat(found.length - 2)}\``);

function textsOfSource(source, isSql) {
  const texts = [];
  const add = (at, text, isTitle = false) => texts.push({ at, text, isTitle });
  let code = source;
  const lineComment = isSql ? /^[ \t]*--.*(?:\n[ \t]*--.*)*/gm : /^[ \t]*\/\/.*(?:\n[ \t]*\/\/.*)*/gm;
  for (const pattern of [/^[ \t]*\/\*[\s\S]*?\*\//gm, lineComment]) {
    for (const { 0: comment, index } of code.matchAll(pattern)) {
      const body = blank(blank(comment, /^[ \t]*(?:\/\*+|\*(?!\/)|\/{2,}|--+)/gm), /\*\/$/gm);
      for (const { at, text } of paragraphs(body)) add(index + at, text);
    }
    code = blank(code, pattern);
  }
  if (isSql) return texts;
  for (const found of code.matchAll(/\b(?:test|it|describe)(?:\.\w+)*(?:\([^()'"`]*\))?\(\s*(['"`])(.+?)\1/g))
    add(found.index, found[2], true);
  for (const { 0: string, index } of code.matchAll(/'[^'\n]{12,}'|"[^"\n]{12,}"|`[^`\n]{12,}`/g))
    if (string.split(/\s+/).length >= 4) add(index + 1, string.slice(1, -1));
  return texts;
}

/** Paragraphs, list items and JSDoc tags, each with its offset. */
function paragraphs(body) {
  const marks = [...body.matchAll(/\n[ \t]*(?=\n)|^[ \t]*(?:[-*+]|\d+\.) |^[ \t]*@\w+(?: \{[^}]*\})?/gm)];
  const starts = [0, ...marks.map((found) => found.index + found[0].length)];
  const ends = [...marks.map((found) => found.index), body.length];
  return starts.map((at, index) => ({ at, text: body.slice(at, ends[index]) }));
}

/** Prose without code and headings; of a table, the cells below its header. */
function textsOfMarkdown(source) {
  const prose = blank(blank(blank(source, /^ *```[\s\S]*?^ *```/gm), /^#.*/gm), /^ *\|.*\n *\|[ :|-]+$/gm);
  const rows = [...prose.matchAll(/^ *\|.*\|$/gm)];
  const cells = rows.flatMap(({ 0: row, index }) =>
    [...row.matchAll(/(?<=\|)(?:\\\||[^|])+(?=\|)/g)].map((cell) => ({
      at: index + cell.index,
      text: cell[0],
    })),
  );
  return [...paragraphs(blank(prose, /^ *\|.*/gm)), ...cells];
}
