/**
 * Node's HTTP clients, without `import`: that reads everything `node:http` exports, and so loads undici and HTTP/2,
 * which takes half as long as a whole bundle.
 */
export const http = process.getBuiltinModule('node:http');
export const https = process.getBuiltinModule('node:https');
