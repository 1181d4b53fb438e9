// Lets a child process of a test run TypeScript sources: `node --import THIS script.ts`.
import { register } from "node:module";

register(new URL("./ts-loader.mjs", import.meta.url));
