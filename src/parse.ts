/**
 * Parsers of the inputs' texts. Each throws an Error whose message says what was expected; the caller adds the input's
 * name and what was found. Nothing here uses a regular expression that can take more than linear time.
 */
export type Parser<T> = (text: string) => T;

export function oneOf<const T extends string>(choices: readonly T[]): Parser<T> {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new Error(`one of ${choices.join(', ')}`);
    return choice;
  };
}

/** A comma-separated list without repetitions, in the order given. */
export function listOf<T>(item: Parser<T>): Parser<readonly [T, ...T[]]> {
  return (text) => {
    const [first, ...rest] = text.split(',').map((part) => item(part.trim()));
    const items: [T, ...T[]] = [first as T, ...rest];
    if (new Set(items).size !== items.length) throw new Error('a list without repetitions');
    return items;
  };
}

export function integer(low: number, high: number): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (!/^[0-9]{1,15}$/.test(text) || value < low || value > high) {
      throw new Error(`a whole number from ${low} to ${high}`);
    }
    return value;
  };
}

export function number(low: number, high: number): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (!/^[0-9]{1,9}(?:\.[0-9]{1,6})?$/.test(text) || value < low || value > high) {
      throw new Error(`a number from ${low} to ${high}`);
    }
    return value;
  };
}

/** Milliseconds from `250ms`, `2s`, `1.5s` or `1m`. */
export function duration(lowMs: number, highMs: number): Parser<number> {
  return (text) => {
    const match = /^([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m)$/.exec(text);
    const unit = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? ''];
    const value = Number(match?.[1]) * (unit ?? Number.NaN);
    if (!(value >= lowMs && value <= highMs)) {
      throw new Error(`a duration such as 250ms, 2s or 1m, from ${lowMs}ms to ${highMs}ms`);
    }
    return value;
  };
}

/** A share from a percentage: `5%` gives .05. */
export function percentage(low: number, high: number): Parser<number> {
  return (text) => {
    const match = /^([0-9]{1,3}(?:\.[0-9]{1,4})?)%$/.exec(text);
    const value = Number(match?.[1] ?? Number.NaN);
    if (!(value >= low && value <= high)) throw new Error(`a percentage from ${low}% to ${high}%, such as 5%`);
    return value / 100;
  };
}

export const boolean: Parser<boolean> = (text) => {
  if (text !== 'true' && text !== 'false') throw new Error('true or false');
  return text === 'true';
};

/** A path or a program's name; the system says whether it exists. */
export const path: Parser<string> = (text) => {
  if (text.includes('\0') || text.length > 4096) throw new Error('a path of at most 4096 characters');
  return text;
};

/** A container image's name, tag or id; whether there is such an image is for Docker to say. */
export const imageReference: Parser<string> = (text) => {
  // The first character keeps it from being taken for an option.
  if (!/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/.test(text))
    throw new Error('an image such as name:tag or host/name@sha256:...');
  return text;
};

/** `http://host:port` with an optional path prefix; the port defaults to 80. */
export const httpBase: Parser<{ host: string; port: number; prefix: string }> = (text) => {
  if (/^https:/i.test(text))
    throw new Error('an http:// address (TLS is not supported: put a plain listener beside it)');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new Error('an address such as http://127.0.0.1:9000 or http://127.0.0.1:8003/seldon/namespace/name');
  }
  return { host: bareHost(url), port: usablePort(url.port || '80'), prefix: url.pathname.replace(/\/$/, '') };
};

/** `host:port`. */
export const hostAndPort: Parser<{ host: string; port: number }> = (text) => {
  if (/^(https|grpcs):/i.test(text)) throw new Error('a plain host:port (TLS is not supported)');
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : null;
  // URL drops the port 80 as the default of http, so it is looked for in the text.
  const port = /:([0-9]{1,5})$/.exec(text)?.[1];
  if (
    !url ||
    port === undefined ||
    url.pathname !== '/' ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Error('a host and port such as 127.0.0.1:9500');
  }
  return { host: bareHost(url), port: usablePort(port) };
};

/** Thousandths of a CPU from a number of CPUs: `1`, `0.5`. */
export const cpus: Parser<number> = (text) => {
  const value = Number(text);
  if (!/^[0-9]{1,3}(?:\.[0-9]{1,3})?$/.test(text) || value < 0.1 || value > 256) {
    throw new Error('a number of CPUs from 0.1 to 256, such as 1 or 0.5');
  }
  return Math.round(value * 1000);
};

/** MiB from `512Mi` or `1Gi`. */
export const memory: Parser<number> = (text) => {
  const match = /^([0-9]{1,7})(Mi|Gi)$/.exec(text);
  const value = Number(match?.[1]) * (match?.[2] === 'Gi' ? 1024 : 1);
  if (!(value >= 64 && value <= 2 ** 20)) throw new Error('memory from 64Mi to 1024Gi, such as 512Mi or 1Gi');
  return value;
};

/** A name or an address of a machine, without a port. */
export const hostName: Parser<string> = (text) => {
  const url = URL.canParse(`http://${text}:80`) ? new URL(`http://${text}:80`) : null;
  if (url?.pathname !== '/' || url.username !== '' || url.search !== '' || url.hash !== '' || /[\s/@]/.test(text)) {
    throw new Error('the name or address of a machine, such as 192.0.2.7 or [2001:db8::7]');
  }
  return bareHost(url);
};

/** A path or an address. The first character keeps it from being taken for an option. */
const PLACE = /^[A-Za-z0-9./~][^\0\s]{0,2047}$/;

/** Where Seldon Core's operator comes from, by the form of its name. */
export const operatorSource: Parser<
  { kind: 'present' } | { kind: 'manifest'; path: string } | { kind: 'chart'; chart: string }
> = (text) => {
  if (text === 'present') return { kind: 'present' };
  if (!PLACE.test(text)) throw new Error('present, a file of manifests (.yaml), or a chart');
  return /\.ya?ml$/.test(text) ? { kind: 'manifest', path: path(text) } : { kind: 'chart', chart: text };
};

/** A folder of charts, or the URL of a repository of charts. */
export const chartsSource: Parser<string> = (text) => {
  if (!PLACE.test(text)) throw new Error('a folder of charts, or the URL of a repository');
  return text;
};

/** A context of a kubeconfig: cloud tools put slashes, colons and at signs into its name. */
export const contextName: Parser<string> = (text) => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$/.test(text))
    throw new Error("the name of one of the kubeconfig's contexts");
  return text;
};

/** Visible ASCII, as HTTP/2 metadata and Kubernetes names need it. */
export const name: Parser<string> = (text) => {
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text)) {
    throw new Error('a name of letters, digits, dots and dashes');
  }
  return text;
};

/** Stands in file names, artifact names and a comment's marker. */
export const reportName: Parser<string> = (text) => {
  if (
    !/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/.test(text) ||
    text.includes('..') ||
    /(?:\.html|-diagnosis)$/.test(text)
  ) {
    throw new Error(
      'at most 64 letters, digits, dots, dashes and underscores, with a letter or digit at both ends and neither .html nor -diagnosis',
    );
  }
  return text;
};

/** Never refused, because what is refused is quoted. */
export const secret: Parser<string> = (text) => text;

/** Port 0 means "any" to a server and nothing to a client. */
function usablePort(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new Error('a port from 1 to 65535');
  return port;
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
