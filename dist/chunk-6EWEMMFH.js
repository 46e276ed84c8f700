import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
import{c as m,h as a}from"./chunk-SFYPDX5E.js";import{a as t}from"./chunk-6PXMXRLX.js";async function c(o,i,g,n){let r=[];for(let e of o)try{r.push(g.use(await a(e,i,n)))}catch(s){throw m(s,o,e)}return r}t(c,"provideImages");export{c as a};
