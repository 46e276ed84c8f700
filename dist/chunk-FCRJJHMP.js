import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as o}from"./chunk-6PXMXRLX.js";function t(n){return typeof n=="object"&&n!==null&&!Array.isArray(n)}o(t,"isRecord");function e(n,r){return t(n)&&Object.hasOwn(n,r)?n[r]:void 0}o(e,"own");export{t as a,e as b};
