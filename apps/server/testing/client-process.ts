import { spawn } from 'node:child_process';

/**
 * Runs a program with a client in its own process, until the program kills the process with `kill()`. The program sees
 * `client`, and the values of `given` under their names.
 */
export async function killedClient(
  program: string,
  given: { readonly baseUrl: string } & Record<string, unknown>,
): Promise<void> {
  const whole = `
    import { ModelBox } from '@modelbox/client';
    const { ${Object.keys(given).join(', ')} } = JSON.parse(process.argv[1]);
    const client = new ModelBox({ baseUrl });
    const kill = () => process.kill(process.pid, 'SIGKILL');
    ${program}`;
  const values = JSON.stringify(given);
  const child = spawn(process.execPath, ['--input-type=module', '-e', whole, values], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
  if (signal !== 'SIGKILL') throw new Error('the program ended without being killed');
}
