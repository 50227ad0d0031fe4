export {
  type Actor,
  decideAccess,
  type Grants,
  isNamed,
  localActor,
  namespacesWith,
  narrowGrants,
  pathsAbove,
} from './access.ts';
export { type AliasMover, type AliasProtection, allowsMove } from './alias-protection.ts';
export * from './filter/index.ts';
export { type JsonObject, mergePatch } from './merge-patch.ts';
export {
  formatReference,
  isUuid,
  parseName,
  parseNamespace,
  parseQualifiedName,
  parseReference,
  type QualifiedName,
  type Reference,
  type Refused,
} from './names.ts';
export { partCount, partSize, partsFault } from './parts.ts';
export { foldersOf, parseFilePath, parseTrackedUri, type TrackedUri } from './paths.ts';
export * from './policy/index.ts';
export { faultInNewName } from './visible.ts';
