import { type Answer, answerOf } from './api-promise.ts';
import { ModelBoxError } from './errors.ts';
import type { Read } from './try-request.ts';
import type { Watchdog } from './watchdog.ts';

export const readText: Read<Answer<string>> = async (response, watchdog) => {
  const text = await response.text();
  watchdog.release();
  return answerOf(response, text);
};

export const readJson = async <T>(response: Response, watchdog: Watchdog): Promise<Answer<T>> => {
  const { data } = await readText(response, watchdog);
  return answerOf(response, parse(data, response) as T);
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
