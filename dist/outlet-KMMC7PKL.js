import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{b as a,c as b}from"./chunk-J7VW7YIB.js";import"./chunk-6PXMXRLX.js";export{a as openOutlet,b as within};
