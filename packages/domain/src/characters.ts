/** Counts Unicode code points, like `maxLength` in JSON Schema and `char_length` in Postgres. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** C0 controls, DEL and C1 controls. */
export const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** Finds characters that Postgres rejects, or that make a name look like another one. */
export function faultInText(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode, without lone surrogates';
  if (hasControlCharacter(text)) return 'must not contain control characters';
  return undefined;
}
