/** The header of every generated file. */
export const HEADER =
  '// Generated from the contract in packages/schema by `npm run generate`. Do not edit.\n\n';

const WIDTH = 110;

/** Formats a doc comment, with wrapped paragraphs. */
export function docComment(paragraphs: readonly string[], indent = ''): string {
  const lines = paragraphs.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrap(paragraph.replaceAll('*/', '*\\/'), WIDTH - indent.length - 3),
  ]);
  const single = `${indent}/** ${lines[0]} */`;
  if (lines.length === 1 && single.length <= WIDTH) return `${single}\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Puts `open`, items and `close` on one line if they fit, otherwise one item per line, as the formatter does. */
export function listing(
  indent: string,
  open: string,
  items: readonly string[],
  close: string,
  pad = '',
): string {
  const single = `${indent}${open}${pad}${items.join(', ')}${pad}${close}`;
  if (single.length <= WIDTH) return single;
  return `${indent}${open}\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}${close}`;
}
