import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

export const COMPRESSION_ALGORITHMS = ['gzip', 'zstd', 'brotli'] as const;
export type CompressionAlgorithm = (typeof COMPRESSION_ALGORITHMS)[number];

/** How what is written gets smaller; Argo's names and levels. What is read tells by itself how it was written. */
export interface Compression {
  readonly algorithm: CompressionAlgorithm;
  /** Default: fast. */
  readonly level?: number | undefined;
}

/** Smallest and largest level. */
export const COMPRESSION_LEVELS: Readonly<Record<CompressionAlgorithm, readonly [number, number]>> = {
  gzip: [1, 9],
  zstd: [1, 4],
  brotli: [0, 11],
};

/** More than any workflow that fits into a cluster; a bomb does not get past it. */
const MOST_BYTES = 512 * 1024 * 1024;

type Options = { readonly params?: Readonly<Record<number, number>>; readonly maxOutputLength?: number };
/** What Node has from 22.15 on. */
interface ZstdOfNode {
  readonly zstdCompress: (data: Buffer, options: Options, done: (error: Error | null, result: Buffer) => void) => void;
  zstdDecompressSync(data: Buffer, options: Options): Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
}
const zstd: ZstdOfNode | undefined = 'zstdCompress' in zlib ? (zlib as unknown as ZstdOfNode) : undefined;

/** Why this Node does not know the algorithm; undefined when it does. */
export const missingAlgorithm = (algorithm: CompressionAlgorithm): string | undefined =>
  algorithm === 'zstd' && !zstd ? `zstd needs Node 22.15 or newer, and this is ${process.versions.node}` : undefined;

function zstdOrThrow(): ZstdOfNode {
  if (!zstd) throw new Error(missingAlgorithm('zstd'));
  return zstd;
}

const DEFAULT_BROTLI_LEVEL = 6;
/** The library that Argo uses has four speeds; these are the levels of zstd that they come close to. */
const ZSTD_LEVELS = [1, 3, 7, 11] as const;
const zstdLevel = (level: number): number => ZSTD_LEVELS[level - 1] ?? ZSTD_LEVELS[1];

const COMPRESS: Readonly<Record<CompressionAlgorithm, (data: Buffer, level: number | undefined) => Promise<Buffer>>> = {
  gzip: (data, level = zlib.constants.Z_BEST_SPEED) => promisify(zlib.gzip)(data, { level }),
  zstd: (data, level = 2) => {
    const { zstdCompress, constants } = zstdOrThrow();
    return promisify(zstdCompress)(data, {
      params: { [constants.ZSTD_c_compressionLevel]: zstdLevel(level) },
    });
  },
  brotli: (data, level = DEFAULT_BROTLI_LEVEL) =>
    promisify(zlib.brotliCompress)(data, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level } }),
};

export const compress = ({ algorithm, level }: Compression, text: string): Promise<Buffer> =>
  COMPRESS[algorithm](Buffer.from(text), level);

/** Brotli is what begins like neither of the others. @throws */
export function decompress(data: Buffer): string {
  const options = { maxOutputLength: MOST_BYTES };
  const isGzip = data.subarray(0, 2).toString('hex') === '1f8b';
  if (isGzip) return zlib.gunzipSync(data, options).toString();
  const isZstd = data.subarray(0, 4).toString('hex') === '28b52ffd';
  return (
    isZstd ? zstdOrThrow().zstdDecompressSync(data, options) : zlib.brotliDecompressSync(data, options)
  ).toString();
}
