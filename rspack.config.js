// rspack rewrites import.meta.url to the path of the source, and takes new URL(x, import.meta.url) for an asset; the
// programs find their own files by both, so they stay as written.
const asWritten = { importMeta: false, url: false };

/** Nest's rule compiles to ES2021, where private fields become WeakMaps: slow, and the engine lives on them. */
const modern = ({ jsc, ...options } = {}) => ({
  ...options,
  jsc: { ...jsc, target: 'es2023', transform: { ...jsc?.transform, useDefineForClassFields: false } },
});
const withModernTarget = ({ use, ...rule }) => ({
  ...rule,
  ...(use && { use: use.map((loader) => ({ ...loader, options: modern(loader.options) })) }),
});

export default (options) => ({
  ...options,
  module: {
    ...options.module,
    rules: options.module?.rules?.map(withModernTarget),
    parser: { ...options.module?.parser, javascript: asWritten },
  },
});
