import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a}from"./chunk-BLJHUSBA.js";import"./chunk-6PXMXRLX.js";export{a as openOutlet};
