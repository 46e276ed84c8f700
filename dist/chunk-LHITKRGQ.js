import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{join as o}from"node:path";var t=o(import.meta.dirname,".."),m=o(import.meta.dirname,import.meta.filename.endsWith(".ts")?"worker.ts":"worker.js"),p=o(t,"proto"),e=o(t,"templates"),s=o(e,"model");export{m as a,p as b,e as c,s as d};
