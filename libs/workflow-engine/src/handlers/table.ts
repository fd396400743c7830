import { containerHandler } from './container.handler.js';
import { containerSetHandler } from './container-set.handler.js';
import { dagHandler } from './dag.handler.js';
import { dataHandler } from './data.handler.js';
import { endedHandler } from './ended.handler.js';
import type { HandlerTable } from './handler.js';
import { httpHandler } from './http.handler.js';
import { pluginHandler } from './plugin.handler.js';
import { resourceHandler } from './resource.handler.js';
import { retryHandler } from './retry.handler.js';
import { scriptHandler } from './script.handler.js';
import { stepGroupHandler } from './step-group.handler.js';
import { stepsHandler } from './steps.handler.js';
import { storingHandler } from './storing.handler.js';
import { suspendHandler } from './suspend.handler.js';
import { taskGroupHandler } from './task-group.handler.js';
import { waitingHandler } from './waiting.handler.js';

export const HANDLERS: HandlerTable = {
  container: containerHandler,
  containerSet: containerSetHandler,
  script: scriptHandler,
  resource: resourceHandler,
  data: dataHandler,
  suspend: suspendHandler,
  http: httpHandler,
  plugin: pluginHandler,
  steps: stepsHandler,
  dag: dagHandler,
  stepGroup: stepGroupHandler,
  taskGroup: taskGroupHandler,
  retry: retryHandler,
  waiting: waitingHandler,
  storing: storingHandler,
  ended: endedHandler,
};
