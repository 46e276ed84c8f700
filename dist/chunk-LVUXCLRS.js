import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as t}from"./chunk-6PXMXRLX.js";import{once as i}from"node:events";async function p(e,n=0,o="127.0.0.1"){e.listen(n,o),await i(e,"listening");let r=e.address();if(r===null||typeof r=="string")throw new TypeError("expected a TCP server");return r.port}t(p,"listen");export{p as a};
