import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as o,b as t}from"./chunk-PUHD5F2O.js";import"./chunk-6PXMXRLX.js";process.stdout.write(`${o} ${t}
`);var i=await import("./action-2THPMVJR.js");await(process.env.STATE_isPost==="true"?i.cleanUp():i.runAction());
