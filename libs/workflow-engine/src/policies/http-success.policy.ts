import { VariableScope } from '@argosy/expressions';
import type { HTTP } from '@argosy/workflow-spec';
import type { HttpAnswer } from '../model/observation.js';
import { evaluateBoolean } from '../scope/tags.js';

export interface HttpEnding {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message: string;
  readonly outputs: { readonly result: string };
}

/** What an answer means: good when it is 2xx, unless the template says otherwise. Its body is the result either way. */
export function httpEnding(request: HTTP, answer: HttpAnswer): HttpEnding {
  const outputs = { result: answer.body };
  const failed = (message: string): HttpEnding => ({ phase: 'Failed', message, outputs });
  const { successCondition } = request;
  if (!successCondition) {
    const isGood = answer.statusCode >= 200 && answer.statusCode < 300;
    return isGood
      ? { phase: 'Succeeded', message: '', outputs }
      : failed(`received non-2xx response code: ${answer.statusCode}`);
  }
  try {
    if (evaluateBoolean(successCondition, scopeOf(request, answer)))
      return { phase: 'Succeeded', message: '', outputs };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  return failed(`successCondition '${successCondition}' evaluated false`);
}

/** Header names are written as Go writes them, each with the list of its values: conditions rely on both. */
function scopeOf({ method, url, body, headers = [] }: HTTP, { statusCode, ...answer }: HttpAnswer): VariableScope {
  const sent: Record<string, string[]> = {};
  for (const { name, value } of headers) (sent[canonicalHeader(name)] ??= []).push(value ?? '');
  const received = Object.entries(answer.headers).map(
    ([name, values]) => [canonicalHeader(name), [...values]] as const,
  );
  return VariableScope.of({
    request: { method: method ?? 'GET', url, body: body ?? '', headers: sent },
    response: { statusCode, body: answer.body, headers: Object.fromEntries(received) },
  });
}

const canonicalHeader = (name: string): string =>
  name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
