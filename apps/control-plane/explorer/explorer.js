// A page to try the API with: no build, nothing from elsewhere. The query, variables and token stay in this browser tab.
import { request, subscribe } from './api.js';
import { showDocs } from './docs.js';
import { examples } from './examples.js';

const at = (id) => document.getElementById(id);
const [query, variables, result, status, operation] = ['query', 'variables', 'result', 'status', 'operation'].map(at);
let token = sessionStorage.getItem('token') ?? '';
let stop;

query.value = sessionStorage.getItem('query') ?? examples[0].query;
variables.value = sessionStorage.getItem('variables') ?? '';
for (const [index, { name }] of examples.entries()) at('examples').append(new Option(name, String(index)));

const show = (value, isWrong = false) => {
  result.textContent = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  result.classList.toggle('wrong', isWrong);
};

/** Names and kinds of the operations in the text. Comments and texts are left out first. */
function operationsIn(text) {
  const code = text.replaceAll(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*/g, '""');
  const found = [];
  let depth = 0;
  for (const [word, name] of code.matchAll(/[{}]|\b(?:query|mutation|subscription)\b\s*(\w*)/g)) {
    if (word === '{') {
      if (depth === 0 && found.length === 0 && !/\b(query|mutation|subscription|fragment)\b/.test(code))
        found.push({ kind: 'query', name: '' });
      depth += 1;
    } else if (word === '}') depth -= 1;
    else if (depth === 0) found.push({ kind: word.split(/\s/)[0], name: name ?? '' });
  }
  return found;
}

function listOperations() {
  const found = operationsIn(query.value);
  const chosen = operation.value;
  operation.replaceChildren(...found.map(({ name }) => new Option(name || '(unnamed)', name)));
  if (found.some(({ name }) => name === chosen)) operation.value = chosen;
  operation.hidden = found.length < 2;
  return found;
}

async function run() {
  stop?.();
  let given;
  try {
    given = variables.value.trim() ? JSON.parse(variables.value) : {};
  } catch (error) {
    return show(`The variables are not JSON: ${error.message}`, true);
  }
  const found = listOperations();
  const operationName = found.length > 1 ? operation.value : undefined;
  const kind = found.find(({ name }) => found.length === 1 || name === operationName)?.kind;
  const payload = { query: query.value, variables: given, ...(operationName ? { operationName } : {}) };
  if (kind === 'subscription') return follow(payload);
  status.textContent = 'Asking…';
  const started = performance.now();
  try {
    const answer = await request(payload, token);
    const size = new Blob([answer.text]).size;
    status.textContent = `${answer.status} in ${Math.round(performance.now() - started)} ms, ${size} bytes, correlation id ${answer.correlationId}`;
    show(answer.body, Boolean(answer.body.errors));
  } catch (error) {
    status.textContent = 'No answer.';
    show(error.message, true);
  }
}

function follow(payload) {
  const events = [];
  at('stop').hidden = false;
  status.textContent = 'Listening…';
  show('');
  const end = (text, isWrong = false) => {
    at('stop').hidden = true;
    stop = undefined;
    status.textContent = `${text} ${events.length} events.`;
    status.classList.toggle('wrong', isWrong);
  };
  const close = subscribe(payload, token, {
    next: (event) => {
      events.unshift(event);
      status.textContent = `Listening… ${events.length} events, newest first.`;
      show(
        events
          .slice(0, 200)
          .map((one) => JSON.stringify(one, null, 2))
          .join('\n\n'),
      );
    },
    error: (errors) => {
      show(errors, true);
      end('Ended with an error.', true);
    },
    complete: () => end('Complete.'),
  });
  stop = () => {
    close();
    end('Stopped.');
  };
}

async function logIn(event) {
  event.preventDefault();
  const credentials = { email: at('email').value, password: at('password').value };
  const response = await fetch('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  const body = await response.json();
  at('password').value = '';
  if (response.ok) return useToken(body.accessToken);
  at('who').textContent = body.message;
}

async function useToken(given) {
  token = given.trim();
  sessionStorage.setItem('token', token);
  if (!token) return;
  const { body } = await request({ query: '{ viewer { name tenant { name } } }' }, token);
  at('who').textContent = body.data
    ? `${body.data.viewer.name}, ${body.data.viewer.tenant.name}`
    : body.errors[0].message;
  if (body.data) await showDocs(at('docs'), at('trail'), at('search'), token);
}

at('run').addEventListener('click', run);
at('stop').addEventListener('click', () => stop?.());
at('login').addEventListener('submit', logIn);
at('token').addEventListener('change', ({ target }) => useToken(target.value));
at('examples').addEventListener('change', ({ target }) => {
  const example = examples[Number(target.value)];
  if (target.value === '' || !example) return;
  query.value = example.query;
  variables.value = example.variables ? JSON.stringify(example.variables, null, 2) : '';
  target.value = '';
  listOperations();
});
query.addEventListener('input', listOperations);
for (const field of [query, variables]) {
  field.addEventListener('input', () => sessionStorage.setItem(field.id, field.value));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
  });
}
listOperations();
if (token) void useToken(token);
