import { agentHandler } from './agent.js';

/** Hands the template to an executor plugin, which may be asked as often as it takes. */
export const pluginHandler = agentHandler({
  kind: 'plugin',
  type: 'Plugin',
  command: ({ id, template }) => ({ type: 'CallPlugin', key: `CallPlugin/${id}`, nodeId: id, template }),
  onLost: 'ask again',
});
