import { type Answer, answerOf } from './api-promise.ts';
import { ModelBoxError } from './errors.ts';
import type { Read } from './try-request.ts';

export const readJson = async <T>(response: Response, watchdog: { release(): void }): Promise<Answer<T>> => {
  const text = await response.text();
  watchdog.release();
  return answerOf(response, parse(text, response) as T);
};

export const readText: Read<Answer<string>> = async (response, watchdog) => {
  const text = await response.text();
  watchdog.release();
  return answerOf(response, text);
};

function parse(text: string, response: Response): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelBoxError(
      `${response.url} answered ${response.status} with what is not JSON; is it ModelBox?`,
      { cause },
    );
  }
}
