import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
var s=process.argv[2];if(s==="load"){let{serveLoad:e}=await import("./child-HEE3WYZU.js");e()}else if(s==="serve"){let[{serveChild:e},{serveAlone:r},{decodeRequest:o}]=await Promise.all([import("./child-AT4DOCY4.js"),import("./alone-SFMVVAOP.js"),import("./decode-request-DB5LTTH7.js")]);process.send?e({decodeRequest:o}):await r(process.argv.slice(3),{decodeRequest:o})}else process.stderr.write(`expected the role load or serve, found ${s}
`),process.exitCode=2;
