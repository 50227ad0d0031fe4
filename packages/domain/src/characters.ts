/** Unicode code points: what JSON Schema's `maxLength` and Postgres' `char_length` count. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** C0 controls, DEL and C1 controls. */
export const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** What Postgres would refuse, or what no reader could tell from other text, in any text that names something. */
export function faultInText(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode, without lone surrogates';
  if (hasControlCharacter(text)) return 'must not contain control characters';
  return undefined;
}
