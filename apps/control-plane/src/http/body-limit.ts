import type { NextFunction, Request, Response } from 'express';

/** A manifest of 2 MB, escaped as JSON. */
export const BODY_LIMIT = '3mb';

interface BodyError {
  readonly type?: string;
  readonly limit?: number;
  readonly length?: number;
}

/** A body that cannot be taken gets an answer that a GraphQL client understands. */
export function bodyFault(error: BodyError, _request: Request, response: Response, next: NextFunction): void {
  if (error.type === 'entity.too.large') {
    const size = error.length === undefined ? 'is too large' : `has ${error.length} bytes`;
    const message = `The request ${size}; at most ${error.limit} bytes are taken. A manifest may have 2 MB.`;
    answer(response, 413, message, 'PAYLOAD_TOO_LARGE');
  } else if (error.type === 'entity.parse.failed') answer(response, 400, 'The request is not JSON.', 'BAD_REQUEST');
  else next(error);
}

function answer(response: Response, status: number, message: string, code: string): void {
  response.status(status).json({ message, errors: [{ message, extensions: { code } }] });
}
