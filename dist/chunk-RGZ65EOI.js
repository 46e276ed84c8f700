import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{a as o}from"./chunk-6PXMXRLX.js";async function s(t,e){let r=o(()=>{},"stop"),n=new Promise((i,a)=>{r=o(()=>a(e.reason),"stop"),e.aborted?r():e.addEventListener("abort",r,{once:!0})});try{return await Promise.race([n,t])}finally{e.removeEventListener("abort",r)}}o(s,"orAborted");export{s as a};
