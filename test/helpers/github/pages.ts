import type { Call } from './reply.ts';
import { fullNameOf } from './state.ts';

/** The page of `items` that the request asks for, and the `link` header that leads to the others. */
export function pageOf<T>(call: Call, items: readonly T[]): { items: T[]; headers: Readonly<Record<string, string>> } {
  const size = Math.min(Math.max(Number(call.query.per_page ?? 30) || 30, 1), 100);
  const page = Math.max(Number(call.query.page ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  // GitHub leads on by the repository's number, not by its name.
  const { repository } = call.state;
  const path = call.path.replace(`/repos/${fullNameOf(repository)}/`, `/repositories/${repository.id}/`);
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams({ ...call.query, page: String(to) });
    return `<${call.apiUrl}${path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}
