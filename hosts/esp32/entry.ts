/** XS takes "#host" of main.ts for "ambient16/#host", and a relative import in that for one beside it. */
export { run } from "ambient16/hosts/esp32/host";
