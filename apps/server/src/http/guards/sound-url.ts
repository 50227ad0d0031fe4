import { HttpProblem } from '../../protocol/problem.ts';

/**
 * Refuses a URL that is not valid UTF-8: Node would read its bytes as Latin-1, and a query parser would replace them by
 * U+FFFD.
 * @throws HttpProblem malformed: 400
 */
export function demandSoundUrl(url: string): void {
  if (/[^\x21-\x7e]/.test(url))
    throw new HttpProblem('malformed', 'The URL contains bytes beyond ASCII; percent-encode them as UTF-8.');
  if (!url.includes('%')) return;
  const query = url.indexOf('?');
  const parts = query < 0 ? { path: url } : { path: url.slice(0, query), query: url.slice(query + 1) };
  for (const [part, text] of Object.entries(parts)) {
    try {
      decodeURIComponent(text);
    } catch {
      throw new HttpProblem(
        'malformed',
        `The ${part} of the URL is not percent-encoded UTF-8; write a plain "%" as "%25".`,
      );
    }
  }
}
