/**
 * Characters that a new name must not have, by the security profile of Unicode for identifiers (UTS #39, with the
 * bidirectional controls of UTS #55): control characters, default-ignorable code points (zero-width characters,
 * joiners, variation selectors, fillers, tags), bidirectional controls, separators of lines, noncharacters, and white
 * space other than U+0020.
 */
const HIDDEN =
  /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\ufff9-\ufffb]|(?! )\p{White_Space}/u;

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\p{Cc}/u, 'a control character'],
  [/\p{Bidi_Control}/u, 'it changes the direction of text'],
  [/\p{White_Space}/u, 'white space is the ordinary space U+0020'],
];

/**
 * Finds a character that makes a new name look like another one.
 * @param separator Parts between separators must neither begin nor end with a space: `/` for a path.
 * @returns The fault as the end of a sentence, with the escaped character and its position from 1. Undefined: none.
 */
export function faultInNewName(text: string, separator?: '/'): string | undefined {
  const hidden = HIDDEN.exec(text);
  if (hidden) return `must not contain ${escaped(hidden[0])} ${at(text, hidden.index)}: ${kindOf(hidden[0])}`;
  const parts = separator === undefined ? [text] : text.split(separator);
  let start = 0;
  for (const part of parts) {
    const what = separator === undefined ? '' : ` a part between "${separator}"`;
    if (part.startsWith(' ')) return `must not begin${what} with a space (U+0020 ${at(text, start)})`;
    if (part.endsWith(' '))
      return `must not end${what} with a space (U+0020 ${at(text, start + part.length - 1)})`;
    start += part.length + 1;
  }
  return undefined;
}

const kindOf = (character: string): string =>
  KINDS.find(([pattern]) => pattern.test(character))?.[1] ?? 'it cannot be seen';

const escaped = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Converts the index of a code unit to a position in characters. */
const at = (text: string, index: number): string =>
  `at character ${Array.from(text.slice(0, index)).length + 1}`;
