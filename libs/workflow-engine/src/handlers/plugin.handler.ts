import { agentHandler } from './agent.js';

export const pluginHandler = agentHandler('plugin', 'Plugin');
