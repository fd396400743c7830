/** One query or mutation. */
export async function request(payload, token) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(payload),
  });
  const text = await response.text();
  const correlationId = response.headers.get('x-correlation-id');
  return { status: response.status, correlationId, text, body: JSON.parse(text) };
}

/** One subscription, by the graphql-transport-ws protocol. Returns what ends it. */
export function subscribe(payload, token, { next, error, complete }) {
  const socket = new WebSocket(new URL('/graphql', location.href.replace(/^http/, 'ws')), 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  let over = false;
  const finish = (report, ...details) => {
    if (over) return;
    over = true;
    report(...details);
    socket.close(1000);
  };
  socket.onopen = () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload });
    else if (message.type === 'ping') send({ type: 'pong' });
    else if (message.type === 'next' && !over) next(message.payload);
    else if (message.type === 'error') finish(error, message.payload);
    else if (message.type === 'complete') finish(complete);
  };
  socket.onclose = ({ code, reason }) => finish(error, [{ message: reason || `The connection was closed (${code}).` }]);
  return () => {
    over = true;
    socket.close(1000);
  };
}
