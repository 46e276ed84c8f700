import { clean } from './foreign.ts';
import type { Prose } from './prose.ts';

/** Text without any markup; what others wrote can hold no control sequence. */
export function toText(prose: Prose): string {
  return prose.map((segment) => (segment.style === 'foreign' ? clean(segment.text) : segment.text)).join('');
}
