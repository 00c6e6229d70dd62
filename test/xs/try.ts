import { Burdened, HEADS, BODIES, largest, CONNECTIONS } from "/tmp/w/http/test/xs/worst";
const tasks:(()=>unknown)[]=[]; const scope={after:(t:()=>unknown)=>void tasks.push(t)};
const region=Number(process.argv[2]??94208);
try {
 const b = await Burdened.start(scope, region);
 console.log("burdened", JSON.stringify(await b.bench.measure()));
 for (const body of Object.keys(BODIES)) for (const head of Object.keys(HEADS)) {
  const r = largest(head, body, "http");
  try { await b.together([r,r,r,r],"http",[0,1,2,3]); } catch(e) { console.log("DIED", head,"|", body, String(e).slice(0,200)); process.exit(); }
 }
 console.log(JSON.stringify(await b.bench.measure()));
} catch(e) { console.log(e) }
for (const t of tasks) await t();
process.exit();
