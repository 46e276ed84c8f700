import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a,b,c}from"./chunk-UBV5I5ID.js";import"./chunk-2XTQFIOU.js";import"./chunk-RPKGEN77.js";import"./chunk-LVUXCLRS.js";import"./chunk-XM527L5Z.js";import"./chunk-6PXMXRLX.js";export{a as FIRST_PORT,b as packReplies,c as serveNullAlone};
