/** Anything JSON can say. Objects may lack a key, hence `undefined` on reading. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };
