// Runs the examples of a page like its reader: the `sh` blocks in one bash session, the `ts` blocks as one program.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonDifference, jsonValues, matchesText } from './expected.ts';
import type { Block, Page } from './markdown.ts';
import { run, type Scene } from './process.ts';

/** A block, and the following block if that shows its output. */
export interface Step {
  readonly block: Block;
  readonly shown: Block | undefined;
}

const OUTPUTS = ['json', 'text', 'http'];

export function stepsOf(page: Page, language: 'sh' | 'ts', isLeftOut: (block: Block) => boolean): Step[] {
  return page.blocks.flatMap((block, index) => {
    if (block.language !== language || isLeftOut(block)) return [];
    const next = page.blocks[index + 1];
    return [{ block, shown: next && OUTPUTS.includes(next.language) ? next : undefined }];
  });
}

/** Returns the blocks that are neither run, nor the output of a run block, nor left out. */
export function forgotten(page: Page, isLeftOut: (block: Block) => boolean): Block[] {
  return page.blocks.filter((block, index) => {
    if (isLeftOut(block) || ['sh', 'ts'].includes(block.language)) return false;
    const before = page.blocks[index - 1];
    return !(OUTPUTS.includes(block.language) && before && ['sh', 'ts'].includes(before.language));
  });
}

const MARK = '\u001e';

/** Runs the blocks in one session. Fails if one fails, or prints something else than the page shows. */
export async function tellShell(page: Page, steps: readonly Step[], scene: Scene): Promise<void> {
  const parts = steps.map(({ block, shown }) => {
    const text = replaceAddress(block.text, scene);
    // If the page shows an error, the command must fail: curl exits with 22.
    return isError(shown)
      ? `set +e\n${text}code=$?; set -e\n[ $code = 22 ] || { echo "no error was answered" >&2; exit 1; }\n`
      : text;
  });
  const script = `set -euo pipefail\n${parts.map((part) => `${part}printf '${MARK}'\n`).join('')}`;
  writeFileSync(join(scene.folder, 'story.sh'), script);
  compare(page, steps, scene, await run('bash', ['story.sh'], { cwd: scene.folder, env: scene.env }));
}

/** Runs the blocks as one program. Fails if it fails, or prints something else than the page shows. */
export async function tellProgram(page: Page, steps: readonly Step[], scene: Scene): Promise<void> {
  writeFileSync(join(scene.folder, 'story.ts'), programOf(steps));
  compare(
    page,
    steps,
    scene,
    await run(process.execPath, ['story.ts'], { cwd: scene.folder, env: scene.env }),
  );
}

/** Joins the blocks into one program: their imports, each once, then the other lines. */
export function programOf(steps: readonly Step[]): string {
  const imports = new Map<string, Set<string>>();
  const bodies = steps.map(({ block }) =>
    block.text.replace(/^import \{ (.*) \} from '(.*)';\n/gm, (_, names: string, from: string) => {
      const known = imports.get(from) ?? new Set();
      imports.set(from, known);
      for (const name of names.split(', ')) known.add(name);
      return '';
    }),
  );
  const lines = [...imports].map(([from, names]) => `import { ${[...names].join(', ')} } from '${from}';\n`);
  return `${lines.join('')}${bodies.map((body) => `${body}process.stdout.write('${MARK}');\n`).join('')}`;
}

const replaceAddress = (text: string, { replaced }: Scene): string =>
  Object.entries(replaced).reduce((all, [printed, real]) => all.replaceAll(printed, real), text);

/** Whether a page shows problem details, alone or after headers. */
function isError(shown: Block | undefined): boolean {
  if (shown?.language !== 'json' && shown?.language !== 'http') return false;
  const [problem] = jsonValues(shown.text) as { status?: unknown; code?: unknown }[];
  return typeof problem?.status === 'number' && typeof problem.code === 'string';
}

function compare(
  page: Page,
  steps: readonly Step[],
  scene: Scene,
  { code, output, errors }: { code: number | null; output: string; errors: string },
): void {
  const outputs = output.split(MARK);
  const reached = Math.min(outputs.length - 1, steps.length - 1);
  if (code !== 0) {
    const at = steps[reached]?.block;
    throw new Error(
      `${page.path}:${at?.line}: ended with ${code}\n${at?.text}\n--- it printed\n${outputs[reached]}\n${errors}`,
    );
  }
  for (const [index, step] of steps.entries()) {
    const wrong = difference(step, outputs[index] ?? '', scene);
    if (wrong !== undefined)
      throw new Error(
        `${page.path}:${step.block.line}: ${wrong}\n${step.block.text}\n--- it printed\n${outputs[index]}`,
      );
  }
}

/** Returns how an output differs from the page; undefined if it matches. */
function difference({ block, shown }: Step, output: string, scene: Scene): string | undefined {
  if (shown === undefined) return block.language === 'ts' ? commentsDiffer(block, output) : undefined;
  const text = replaceAddress(shown.text, scene);
  if (shown.language === 'text')
    return matchesText(text.trimEnd(), output.trimEnd()) ? undefined : `prints other than\n${text}`;
  if (shown.language === 'json') return jsonDifference(JSON.parse(text), jsonValues(output).at(-1));
  const [head = '', body = ''] = text.split('\n\n', 2);
  const lines = output.split(/\r?\n/);
  const missing = head
    .split('\n')
    .find((line) => line && !lines.some((actual) => matchesText(line.toLowerCase(), actual.toLowerCase())));
  if (missing !== undefined) return `has no header ${missing}`;
  return body.trim() === '' ? undefined : jsonDifference(JSON.parse(body), jsonValues(output).at(-1));
}

/** Each `console.log(…); // text` must print its comment. The page must show all other output below the block. */
function commentsDiffer(block: Block, output: string): string | undefined {
  const comments = [...block.text.matchAll(/^.*console\.log\(.*\);? *\/\/ (.*)$/gm)].map(
    ([, text]) => text as string,
  );
  const said = comments.join('\n').trimEnd();
  return matchesText(said, output.trimEnd()) ? undefined : `prints other than\n${said}`;
}
