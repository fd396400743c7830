import { secretVariable, switchVariable } from '@argosy/platform';
import { COMPRESSION_ALGORITHMS, COMPRESSION_LEVELS, missingAlgorithm } from '@argosy/workflow-controller';
import { durationMs } from '@argosy/workflow-spec';
import { z } from 'zod';
import { artifactRepository, imageCommands, workflowDefaults } from './yaml-settings.js';

const list = () =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((item) => item.trim() || []))
    .optional();
const seconds = (byDefault: number) => z.coerce.number('must be a number').int().min(1).default(byDefault);
const duration = (byDefault: string) =>
  z
    .string()
    .refine((text) => /[a-z]$/.test(text) && durationMs(text) !== null, 'must be a duration such as 1m30s')
    .default(byDefault);
const count = () => z.coerce.number('must be a number').int().min(0).optional();

export const agentConfig = z
  .object({
    ARGOSY_CONTROL_PLANE_URL: z.url({ protocol: /^https?$/ }).describe('Address of the control plane'),
    ARGOSY_JOIN_TOKEN: secretVariable()
      .optional()
      .describe('Needed once; afterwards the credential in the data folder is used'),
    ARGOSY_AGENT_DATA_DIR: z
      .string()
      .describe('Folder of the credential and of what the control plane has not got yet'),
    ARGOSY_KUBECONFIG: z.string().optional().describe('Kubeconfig file; the rights of the pod are used when absent'),
    ARGOSY_KUBE_URL: z.url().optional().describe('Address of the Kubernetes API, instead of a kubeconfig'),
    ARGOSY_KUBE_TOKEN: secretVariable().optional().describe('Bearer token for ARGOSY_KUBE_URL'),
    ARGOSY_NAMESPACE: z.string().optional().describe('Only this namespace; all when absent'),
    ARGOSY_SUPERVISOR_IMAGE: z.string().default('argosy/executor').describe('Image that holds /supervisor'),
    ARGOSY_SUPERVISOR_DELIVERY: z
      .enum(['image-volume', 'init-container'])
      .default('image-volume')
      .describe('How the supervisor gets into pods'),
    ARGOSY_KUBECTL_IMAGE: z
      .string()
      .optional()
      .describe('Image that holds kubectl, for resource templates; Kubernetes’ own when absent'),
    ARGOSY_IMAGES: imageCommands()
      .optional()
      .describe('Entrypoint and cmd of images, which are then not looked up, in YAML or JSON; Argo’s images'),
    ARGOSY_IMAGE_LOOKUP: switchVariable(true).describe(
      '0: registries are not asked what images run; containers need a command',
    ),
    ARGOSY_PLAIN_HTTP_REGISTRIES: list().describe('Registries that are asked without TLS, with commas between'),
    ARGOSY_PROGRESS_FILE_TICK: duration('3s').describe(
      'How often the progress files of programs are read; 0s for never',
    ),
    ARGOSY_PROGRESS_PATCH_TICK: duration('1m0s').describe('How often what they say is told at most'),
    ARGOSY_HTTP_ALLOW: list().describe(
      'Hosts that HTTP templates may ask, with commas between; *.example.com for all below. All when absent',
    ),
    ARGOSY_HTTP_ALLOW_LINK_LOCAL: switchVariable(false).describe(
      '1: HTTP templates and image look-ups may ask link-local addresses, where clouds hand out credentials',
    ),
    ARGOSY_PLUGIN_URLS: list().describe(
      'Addresses of executor plugins, with commas between, in the order of asking; name=address for those that workflows name',
    ),
    ARGOSY_PLUGIN_TOKEN: secretVariable().optional().describe('Bearer token by which plugins know the agent'),
    ARGOSY_PARALLELISM: count().describe('Workflows that may run at once; any number when absent or 0'),
    ARGOSY_NAMESPACE_PARALLELISM: count().describe(
      'The same within each namespace without the label workflows.argoproj.io/parallelism-limit',
    ),
    ARGOSY_RETAIN_COMPLETED: count().describe('Succeeded workflows kept in the cluster; all when absent'),
    ARGOSY_RETAIN_FAILED: count().describe('The same for Failed ones'),
    ARGOSY_RETAIN_ERRORED: count().describe('The same for those that ended in Error'),
    ARGOSY_ALWAYS_OFFLOAD_NODE_STATUS: switchVariable(false).describe(
      '1: no workflow keeps its nodes in the open; else only those do not whose nodes are too many',
    ),
    ARGOSY_WORKFLOW_EVENTS: switchVariable(true).describe('0: no Kubernetes events tell of workflows'),
    ARGOSY_NODE_EVENTS: switchVariable(true).describe('0: no Kubernetes events tell of the steps of workflows'),
    ARGOSY_NODE_EVENTS_AS_POD: switchVariable(false).describe('1: events of a step are events of its pod'),
    ARGOSY_SKIP_DURATION_ESTIMATION: switchVariable(false).describe(
      '1: workflows are not told how long they will take, by the last success of the same template or schedule',
    ),
    ARGOSY_COMPRESSION_ALGORITHM: z
      .enum(COMPRESSION_ALGORITHMS)
      .default('gzip')
      .refine((algorithm) => missingAlgorithm(algorithm) === undefined, { error: 'zstd needs Node 22.15 or newer' })
      .describe('How nodes are compressed that stay on their workflow; any is read'),
    ARGOSY_COMPRESSION_LEVEL: count().describe('Of gzip 1–9, zstd 1–4, brotli 0–11; fast when absent'),
    ARGOSY_SYNC_DATABASE_URL: secretVariable()
      .optional()
      .describe('PostgreSQL with the mutexes and semaphores that clusters share; without one, who asks for them fails'),
    ARGOSY_SYNC_CONTROLLER_NAME: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('What that database calls this cluster and no other; its name and id when absent'),
    ARGOSY_SYNC_POLL_SECONDS: seconds(10).describe(
      'How often all its locks are looked at, should news have been missed',
    ),
    ARGOSY_SYNC_HEARTBEAT_SECONDS: seconds(60).describe('How often the agent says there that it lives'),
    ARGOSY_SYNC_INACTIVE_CONTROLLER_SECONDS: seconds(600).describe(
      'After how long a silence the waiting runs of a cluster are passed over; what is held there stays held',
    ),
    ARGOSY_WORKFLOW_DEFAULTS: workflowDefaults()
      .optional()
      .describe('Metadata and spec that lie under every workflow, in YAML or JSON; Argo’s workflowDefaults'),
    ARGOSY_ARTIFACT_REPOSITORY: artifactRepository()
      .optional()
      .describe('Where artifacts go when neither workflow nor namespace says so, in YAML or JSON'),
    ARGOSY_TEMPLATE_REFERENCING: z
      .enum(['Strict', 'Secure'])
      .optional()
      .describe('Workflows may only run WorkflowTemplates; Secure: and end when those change. Free when absent'),
    ARGOSY_EXPRESSION_TEMPLATES: switchVariable(true).describe('0: workflows with {{= expressions}} are refused'),
    ARGOSY_OVERRIDABLE_FIELDS: list().describe(
      'Fields of the spec, with commas between, that a workflow may then set nevertheless',
    ),
    ARGOSY_FAILED_POD_RESTART: switchVariable(false).describe(
      '1: pods that the cluster took away before their program began are made again',
    ),
    ARGOSY_FAILED_POD_MAX_RESTARTS: count().describe('How often for one node; 3 when absent'),
    ARGOSY_POD_STATUS_CAPTURE_FINALIZER: switchVariable(false).describe(
      '1: a pod that somebody deletes stays until it is on record how it ended',
    ),
    ARGOSY_OWN_NAMESPACE: z
      .string()
      .optional()
      .describe('Where the agent runs: artifact repositories that workflows name are also looked for there'),
    ARGOSY_HEALTH_PORT: z.coerce
      .number('must be a number')
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('Port for /healthz and /metrics; none when absent'),
    ARGOSY_METRICS_TTL_MS: z.coerce
      .number('must be a number')
      .int()
      .min(1)
      .optional()
      .describe('Time after which a metric of a workflow is forgotten when nothing has touched it; never when absent'),
    ARGOSY_LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Least important log lines to write'),
    ARGOSY_EXIT_WITH_PARENT: switchVariable(false).describe('1: end when standard input closes'),
  })
  .refine(({ ARGOSY_KUBECONFIG, ARGOSY_KUBE_URL }) => !(ARGOSY_KUBECONFIG && ARGOSY_KUBE_URL), {
    path: ['ARGOSY_KUBE_URL'],
    message: 'set either ARGOSY_KUBECONFIG or ARGOSY_KUBE_URL, not both',
  })
  .refine(
    ({ ARGOSY_COMPRESSION_ALGORITHM: algorithm, ARGOSY_COMPRESSION_LEVEL: level }) => {
      const [least, most] = COMPRESSION_LEVELS[algorithm];
      return level === undefined || (level >= least && level <= most);
    },
    { path: ['ARGOSY_COMPRESSION_LEVEL'], message: 'must be 1 to 9 for gzip, 1 to 4 for zstd, 0 to 11 for brotli' },
  )
  .refine((config) => config.ARGOSY_SYNC_INACTIVE_CONTROLLER_SECONDS > 2 * config.ARGOSY_SYNC_HEARTBEAT_SECONDS, {
    path: ['ARGOSY_SYNC_INACTIVE_CONTROLLER_SECONDS'],
    message: 'must be longer than two heartbeats',
  });
export type AgentConfig = z.infer<typeof agentConfig>;
