import { z } from 'zod';

const TIERS = ['auto', 'overlay', 'user-overlay', 'user-bind', 'plain'] as const;
const text = z.string().trim().min(1, 'must not be empty');
/** `reference=directory`, separated by commas. */
const imageVolumes = z.string().transform((list, context) => {
  const entries = list
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => entry.split('=').map((part) => part.trim()));
  if (entries.some((entry) => entry.length !== 2 || entry.includes(''))) {
    context.addIssue({ code: 'custom', message: 'must be a list of image=directory, separated by commas' });
    return z.NEVER;
  }
  return Object.fromEntries(entries) as Record<string, string>;
});

const environment = z.object({
  ARGOSY_LOCAL_CLUSTER_NAME: text
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower case letters, digits and "-"')
    .default('local'),
  ARGOSY_LOCAL_CLUSTER_DATA_DIR: text,
  ARGOSY_LOCAL_CLUSTER_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  ARGOSY_LOCAL_CLUSTER_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  ARGOSY_LOCAL_CLUSTER_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).optional(),
  ARGOSY_LOCAL_CLUSTER_NAMESPACES: text.default('default,argo'),
  ARGOSY_LOCAL_CLUSTER_ISOLATION: z.enum(TIERS).default('auto'),
  ARGOSY_LOCAL_CLUSTER_IMAGE_VOLUMES: imageVolumes.default({}),
  ARGOSY_LOCAL_CLUSTER_HOST_DIRECTORIES: text.optional(),
  ARGOSY_LOCAL_CLUSTER_SURVIVES: z.enum(['process', 'power', 'nothing']).default('process'),
  ARGOSY_EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
});

export interface LocalClusterConfig {
  readonly name: string;
  readonly dataDir: string;
  readonly port: number;
  readonly token?: string;
  readonly maxPods?: number;
  readonly namespaces: readonly string[];
  readonly isolation: (typeof TIERS)[number];
  readonly imageVolumes: Readonly<Record<string, string>>;
  readonly hostDirectories: readonly string[];
  readonly survives: 'process' | 'power' | false;
  readonly exitWithParent: boolean;
}

/** Reads the environment; on failure gives every problem, one line each. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): { readonly config: LocalClusterConfig } | { readonly problems: readonly string[] } {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
  }
  const { data } = parsed;
  const token = data.ARGOSY_LOCAL_CLUSTER_TOKEN;
  const maxPods = data.ARGOSY_LOCAL_CLUSTER_CONCURRENCY;
  const survives = data.ARGOSY_LOCAL_CLUSTER_SURVIVES;
  return {
    config: {
      name: data.ARGOSY_LOCAL_CLUSTER_NAME,
      dataDir: data.ARGOSY_LOCAL_CLUSTER_DATA_DIR,
      port: data.ARGOSY_LOCAL_CLUSTER_PORT,
      ...(token !== undefined && { token }),
      ...(maxPods !== undefined && { maxPods }),
      namespaces: data.ARGOSY_LOCAL_CLUSTER_NAMESPACES.split(',').map((name) => name.trim()),
      isolation: data.ARGOSY_LOCAL_CLUSTER_ISOLATION,
      imageVolumes: data.ARGOSY_LOCAL_CLUSTER_IMAGE_VOLUMES,
      hostDirectories: (data.ARGOSY_LOCAL_CLUSTER_HOST_DIRECTORIES ?? '').split(',').filter((path) => path !== ''),
      survives: survives === 'nothing' ? false : survives,
      exitWithParent: data.ARGOSY_EXIT_WITH_PARENT === '1',
    },
  };
}
