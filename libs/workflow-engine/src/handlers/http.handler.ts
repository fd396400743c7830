import { agentHandler } from './agent.js';

/** Asks a server, once for each attempt. */
export const httpHandler = agentHandler({
  kind: 'http',
  type: 'HTTP',
  command: ({ id, template }, isRecorded) => ({
    type: 'SendHttp',
    key: `SendHttp/${id}`,
    nodeId: id,
    request: template.http ?? { url: '' },
    isRecorded,
  }),
  onLost: {
    phase: 'Error',
    message: 'the controller that waited for the answer is gone; the request is not sent a second time',
  },
});
