/** What GitHub knows of a report that is put before readers there, and the report does not. */
export interface Posting {
  /** Under which a pull request has one comment: 16 hexadecimal digits. */
  readonly key: string;
  /** Pages to open beside it, by the report's id. */
  readonly links: readonly Link[];
  /** The pull request's head, where it is no longer the commit that was measured. */
  readonly headNow: string | null;
}

export interface Link {
  readonly report: string;
  readonly what: 'html' | 'data' | 'diagnosis';
  /** Checked for the form of an address before it is written. */
  readonly url: string;
}

/** For files on a machine that has no pull request. */
export const NOT_POSTED: Posting = { key: '0'.repeat(16), links: [], headNow: null };
