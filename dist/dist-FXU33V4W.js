import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a}from"./chunk-5U5TCX43.js";import"./chunk-6PXMXRLX.js";export default a();
