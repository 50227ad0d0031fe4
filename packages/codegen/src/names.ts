/** Example: `ModelsVersions` for `['models', 'versions']`. */
export const pascalCase = (words: readonly string[]): string => words.map(capitalize).join('');
export const kebabCase = (words: readonly string[]): string =>
  words.map((word) => word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-');

const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `ModelsVersionsListQuery` for `models.versions.list`. */
export const queryTypeName = (operationId: string): string => `${pascalCase(operationId.split('.'))}Query`;
