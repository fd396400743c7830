import { agentHandler } from './agent.js';

export const httpHandler = agentHandler('http', 'HTTP');
