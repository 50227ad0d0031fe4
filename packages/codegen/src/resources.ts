import type { Document } from './document.ts';
import { emitMethod } from './methods.ts';
import { kebabCase, pascalCase } from './names.ts';
import type { Operation } from './operations.ts';
import { docComment, HEADER, listing } from './text.ts';

/** A class of the client, with the methods of one path and the classes below it. */
interface Resource {
  /** The path, for example `['models', 'versions']`. Empty for the root. */
  readonly path: readonly string[];
  readonly operations: Operation[];
  readonly children: Map<string, Resource>;
}

/** The module of the core that exports each name. */
const CORE: Readonly<Record<string, string>> = {
  APIPromise: 'api-promise',
  CallOptions: 'options',
  ConditionalOptions: 'options',
  DownloadOptions: 'options',
  DownloadPromise: 'download-promise',
  FileUploadOptions: 'options',
  PagePromise: 'page-promise',
  Resource: 'resource',
  UploadOptions: 'options',
  UploadSource: 'upload-source',
  WriteOptions: 'options',
  url: 'url',
};

/** Generates the classes by file name: one per resource, and `resources.ts` with all of them. */
export function emitResources(document: Document, operations: readonly Operation[]): Map<string, string> {
  const root: Resource = { path: [], operations: [], children: new Map() };
  for (const operation of operations) {
    let resource = root;
    for (const name of operation.id.split('.').slice(0, -1)) {
      const child = resource.children.get(name) ?? {
        path: [...resource.path, name],
        operations: [],
        children: new Map(),
      };
      resource.children.set(name, child);
      resource = child;
    }
    resource.operations.push(operation);
  }
  return new Map(
    withDescendants(root).map((resource) => [fileName(resource), emitClass(document, resource)]),
  );
}

const withDescendants = (resource: Resource): Resource[] => [
  resource,
  ...[...resource.children.values()].flatMap(withDescendants),
];

const className = ({ path }: Resource): string => (path.length === 0 ? 'Resources' : pascalCase(path));
const fileName = ({ path }: Resource): string =>
  path.length === 0 ? 'resources.ts' : `resources/${kebabCase(path)}.ts`;

function emitClass(document: Document, resource: Resource): string {
  const children = [...resource.children.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const methods = resource.operations.map(emitMethod);
  const fields = children.map(
    ([name, child]) => `  readonly ${name} = new ${className(child)}(this.http);\n`,
  );
  const members = [fields.join(''), ...methods.map(({ text }) => text)].filter((text) => text !== '');
  return (
    `${HEADER}${imports(resource, children, methods)}\n` +
    `${docComment([describe(document, resource)])}export class ${className(resource)} extends Resource {\n` +
    `${members.join('\n')}}\n`
  );
}

function imports(
  resource: Resource,
  children: [string, Resource][],
  methods: ReturnType<typeof emitMethod>[],
): string {
  const depth = resource.path.length === 0 ? '..' : '../..';
  const types = [...new Set(methods.flatMap((method) => method.types))].sort();
  const core = new Map<string, Set<string>>();
  const addresses = resource.operations.some((operation) => operation.pathParameters.length > 0)
    ? ['url']
    : [];
  for (const name of ['Resource', ...addresses, ...methods.flatMap((method) => method.core)]) {
    const file = CORE[name] ?? name;
    core.set(file, (core.get(file) ?? new Set()).add(name));
  }
  const lines = [...core.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, names]) => {
      const keyword = file === 'resource' || file === 'url' ? 'import' : 'import type';
      return listing('', `${keyword} {`, [...names].sort(), `} from '${depth}/core/${file}.ts';`, ' ');
    });
  for (const [, child] of children) {
    const file = resource.path.length === 0 ? fileName(child) : fileName(child).replace('resources/', '');
    lines.push(`import { ${className(child)} } from './${file}';`);
  }
  if (types.length > 0) {
    const file = resource.path.length === 0 ? './schemas.ts' : '../schemas.ts';
    lines.push(listing('', 'import type {', types, `} from '${file}';`, ' '));
  }
  return `${lines.join('\n')}\n`;
}

function describe(document: Document, { path }: Resource): string {
  const tag = document.tags.find(({ name }) => name === path.at(-1));
  if (path.length === 0) return 'All resources of the API, by name.';
  if (path.length === 1 && tag) return tag.description;
  const above = path.slice(0, -1).join(' ');
  return `The ${path.at(-1)}${above === '' ? '' : ` of ${above}`}.`;
}
