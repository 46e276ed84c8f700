/**
 * Foreign text without what looks like a key: nothing that is kept needs any, and what a program writes down is nobody's
 * promise.
 */
export function redactKeys(text: string): string {
  return KEYS.reduce((redacted, pattern) => redacted.replace(pattern, '$<before>[redacted]$<after>'), text);
}

/** Whatever is named `before` and `after` stays. */
const KEYS: readonly RegExp[] = [
  // With its lines as they are, behind time stamps, or escaped. One without an end is cut off itself.
  /(?<before>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?:[\s\S]{0,16384}?(?<after>-----END [A-Z ]{0,30}PRIVATE KEY-----)|[\s\S]{0,16384})/g,
  // The same in base64, as kubeconfigs and Secrets have it; certificates, too.
  /(?<before>)LS0tLS1CRUdJTi[\w+/=-]{40,}(?<after>)/g,
  // JSON web tokens, as service accounts have them. Where the first part had no limit, a long line of beginnings would
  // take the square of its length.
  /(?<before>)\beyJ[\w-]{10,1000}\.eyJ[\w-]{10,}\.[\w-]{10,}(?<after>)/g,
  /(?<before>\b(?:bearer|basic) )[\w.~+/=-]{16,}(?<after>)/gi,
  // Tokens with which nodes join a cluster.
  /(?<before>token\W{1,4})[a-z0-9]{6}\.[a-z0-9]{16}\b(?<after>)/gi,
  /(?<before>)\b(?:gh[pousr]_|github_pat_)\w{30,}(?<after>)/g,
  // Addresses with a password, such as those of proxies.
  /(?<before>\w:\/\/)[^\s/@:"']{1,200}:[^\s/@"']{1,200}(?<after>@)/g,
];
