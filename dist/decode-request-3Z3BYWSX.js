import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{k as e,m as r,n as t}from"./chunk-6CZKQGPU.js";import"./chunk-ON64UYN6.js";import"./chunk-F6VLMX6P.js";import{a as n}from"./chunk-6PXMXRLX.js";function s(o,c){let{encoding:d,values:i}=t(r(e(o,c),"data"),o);return{encoding:d,count:i.length}}n(s,"decodeRequest");export{s as decodeRequest};
