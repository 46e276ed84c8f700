import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-6PXMXRLX.js";function t(r){return new Error(`expected a reply within ${r} ms (option timeout), found none`)}e(t,"createTimeout");function n(){return{start:0,connected:Number.NaN,firstByte:Number.NaN,end:0}}e(n,"createTiming");var o=256*1024*1024;export{t as a,n as b,o as c};
