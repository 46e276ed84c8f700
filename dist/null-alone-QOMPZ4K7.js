import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a,b,c}from"./chunk-FKIDINZ2.js";import"./chunk-W44MCGOO.js";import"./chunk-CXDO7SIN.js";import"./chunk-LVUXCLRS.js";import"./chunk-F6VLMX6P.js";import"./chunk-6PXMXRLX.js";export{a as FIRST_PORT,b as packReplies,c as serveNullAlone};
