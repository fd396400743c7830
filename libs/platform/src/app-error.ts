/** Whether trying again can help: never, after a back-off, or after so many milliseconds. */
export type Retry = 'never' | 'backoff' | { readonly afterMs: number };

export interface AppErrorOptions {
  readonly level?: 'warn' | 'error';
  readonly retry?: Retry;
  readonly cause?: unknown;
  /** Facts for programs and logs; never secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A failure that was foreseen: the message is a sentence for people, the code is for programs. */
export class AppError<Code extends string = string> extends Error {
  override readonly name: string = 'AppError';
  readonly level: 'warn' | 'error';
  readonly retry: Retry;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: Code,
    message: string,
    { level = 'error', retry = 'never', cause, data = {} }: AppErrorOptions = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.level = level;
    this.retry = retry;
    this.data = data;
  }
}
