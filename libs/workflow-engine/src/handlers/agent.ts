import { createEnded } from '../kernel/closing.js';
import type { TemplateHandler } from './handler.js';

/** Kinds that an agent carries out, of which there is none yet: their nodes end at once and say why. */
export function agentHandler(kind: 'http' | 'plugin', type: 'HTTP' | 'Plugin'): TemplateHandler<'http' | 'plugin'> {
  return {
    start(run, site) {
      createEnded(run, site, { type, phase: 'Error', message: `${kind} templates are not supported yet` });
    },
    on() {
      // Never open, so nothing ever happens to it.
    },
  };
}
