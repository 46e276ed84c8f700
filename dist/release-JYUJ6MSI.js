import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as o,b as t,d as a}from"./chunk-RYICE7ZF.js";import{a as r}from"./chunk-6PXMXRLX.js";async function p(e){switch(e.kind){case"folder":return a(e.path);case"process-group":await t(e.pid)===e.startTime&&await o(e.pid)}}r(p,"endRecorded");export{p as endRecorded};
