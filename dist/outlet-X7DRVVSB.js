import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a,b}from"./chunk-UA52PI3T.js";import"./chunk-RGZ65EOI.js";import"./chunk-6PXMXRLX.js";export{a as openOutlet,b as within};
