// The examples of a page as its reader runs them: the `sh` blocks in one bash session, the `ts` blocks as one program.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonDifference, jsonValues, matchesText } from './expected.ts';
import type { Block, Page } from './markdown.ts';
import { run, type Scene } from './process.ts';

/** A block that is run, and the block after it, if that shows its output. */
export interface Step {
  readonly block: Block;
  readonly shown: Block | undefined;
}

const OUTPUTS = ['json', 'text', 'http'];

/** The steps of one language in order of the page. */
export function stepsOf(page: Page, language: 'sh' | 'ts', isLeftOut: (block: Block) => boolean): Step[] {
  return page.blocks.flatMap((block, index) => {
    if (block.language !== language || isLeftOut(block)) return [];
    const next = page.blocks[index + 1];
    return [{ block, shown: next && OUTPUTS.includes(next.language) ? next : undefined }];
  });
}

/** Blocks that are neither run, nor the output of one that is, nor left out. */
export function forgotten(page: Page, isLeftOut: (block: Block) => boolean): Block[] {
  return page.blocks.filter((block, index) => {
    if (isLeftOut(block) || ['sh', 'ts'].includes(block.language)) return false;
    const before = page.blocks[index - 1];
    return !(OUTPUTS.includes(block.language) && before && ['sh', 'ts'].includes(before.language));
  });
}

/** What separates the outputs of blocks. */
const MARK = '\u001e';

/** Runs the blocks in one session, and fails where one fails or prints something else than the page shows. */
export async function tellShell(page: Page, steps: readonly Step[], scene: Scene): Promise<void> {
  const parts = steps.map(({ block, shown }) => {
    const text = replaceAddress(block.text, scene);
    // An error that the page shows is what the command must end with: curl says 22 for it.
    return isError(shown)
      ? `set +e\n${text}code=$?; set -e\n[ $code = 22 ] || { echo "no error was answered" >&2; exit 1; }\n`
      : text;
  });
  const script = `set -euo pipefail\n${parts.map((part) => `${part}printf '${MARK}'\n`).join('')}`;
  writeFileSync(join(scene.folder, 'story.sh'), script);
  compare(page, steps, scene, await run('bash', ['story.sh'], { cwd: scene.folder, env: scene.env }));
}

/** Runs the blocks as one program, and fails where it fails or prints something else than the page shows. */
export async function tellProgram(page: Page, steps: readonly Step[], scene: Scene): Promise<void> {
  writeFileSync(join(scene.folder, 'story.ts'), programOf(steps));
  compare(
    page,
    steps,
    scene,
    await run(process.execPath, ['story.ts'], { cwd: scene.folder, env: scene.env }),
  );
}

/** The program that the blocks make: their imports, each once, and what follows. */
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

/** Whether a page shows problem details, by themselves or after headers. */
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

/** How an output is not what the page shows; undefined where it is. */
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

/** Each `console.log(…); // this` prints this; what a program prints otherwise must be shown below it. */
function commentsDiffer(block: Block, output: string): string | undefined {
  const comments = [...block.text.matchAll(/^.*console\.log\(.*\);? *\/\/ (.*)$/gm)].map(
    ([, text]) => text as string,
  );
  const said = comments.join('\n').trimEnd();
  return matchesText(said, output.trimEnd()) ? undefined : `prints other than\n${said}`;
}
