/** An image whose own command is wanted, and what whoever looks it up may show to its registry. */
export interface ImageQuestion {
  readonly image: string;
  readonly namespace: string;
  /** Of the pod; the namespace's default when undefined. */
  readonly serviceAccountName: string | undefined;
  /** Secrets of the pod, by name. */
  readonly pullSecrets: readonly string[];
  /** What the pod's nodes have to be, as Kubernetes spells it (`amd64`); undefined when that is not said. */
  readonly architecture: string | undefined;
}

/** What an image runs when nobody says otherwise. */
export interface ImageCommand {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** `pending`: it is being looked up. `unknown`: it will not be found out, for the reason. */
export type ImageAnswer =
  | { readonly state: 'known'; readonly command: ImageCommand }
  | { readonly state: 'pending' }
  | { readonly state: 'unknown'; readonly reason: string };
