import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as o,f as c,g as l}from"./chunk-6PXMXRLX.js";import{lstat as f,mkdir as g,open as p,writeFile as x}from"node:fs/promises";import{join as d}from"node:path";var u="README.txt",w="What a run of seldon-bench-action kept when something went wrong. The next run deletes this folder.";async function b(e,t){try{await g(e)}catch(n){if(n.code==="EEXIST")return!1;throw n}return await x(d(e,u),`${[w,"",...t].join(`
`)}
`),!0}o(b,"makeEvidenceFolder");async function k(e){try{var t=[];try{let a=d(e,u);if(!(await f(e)).isDirectory()||!(await f(a)).isFile())return!1;let h=c(t,await p(a),!0);let s=Buffer.from(`${w}
`);let r=Buffer.alloc(s.length);await h.read(r,0,r.length,0);return r.equals(s)}catch(n){var m=n,E=!0}finally{var i=l(t,m,E);i&&await i}}catch{return!1}}o(k,"isEvidenceFolder");export{b as a,k as b};
