/**
 * The children's shell: `worker load` is the load process, `worker serve` the embedded server. Each takes its orders
 * from the parent over IPC; `worker serve` with options runs the embedded server alone, `worker null FILE` the null server
 * in a container.
 */
const role = process.argv[2];
if (role === 'load') {
  const { serveLoad } = await import('./load/child.ts');
  serveLoad();
} else if (role === 'serve') {
  const [{ serveChild }, { serveAlone }, { decodeRequest }] = await Promise.all([
    import('./server/child.ts'),
    import('./server/alone.ts'),
    import('./payload/decode-request.ts'),
  ]);
  if (process.send) serveChild({ decodeRequest });
  else await serveAlone(process.argv.slice(3), { decodeRequest });
} else if (role === 'null') {
  const { serveNullAlone } = await import('./server/null-alone.ts');
  await serveNullAlone(process.argv[3] ?? '');
} else {
  process.stderr.write(`expected the role load, serve or null, found ${role}\n`);
  process.exitCode = 2;
}
