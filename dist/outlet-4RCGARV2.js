import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a,b}from"./chunk-VFXQDTSV.js";import"./chunk-IATA4GPH.js";import"./chunk-6PXMXRLX.js";export{a as openOutlet,b as within};
