import { z } from 'zod';
import { ENCODINGS, METHODS, TRANSPORTS } from '../plan.ts';

/** The kinds of values that all parts of a report are made of. */

export const ms = z.number().nonnegative();
export const count = z.int().nonnegative();
export const share = z.number().min(0);
export const text = z.string().max(2000);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const method = z.enum(METHODS);
export const transport = z.enum(TRANSPORTS);
export const encoding = z.enum(ENCODINGS);
