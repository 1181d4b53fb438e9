// The door of skywire/rpc: both ends of Go's net/rpc.
export { defineMethod, type MethodDef } from "./calls.ts";
export { type PartialReply, partialReply } from "./partial-reply.ts";
export { type Argument, type CallOptions, RpcClient, type RpcClientOptions } from "./rpc-client.ts";
export { RpcServer, type RpcServerOptions } from "./rpc-server.ts";
export {
  type Handler,
  served,
  type ServedMethod,
  type ServerCall,
  type ServerConnection,
} from "./served-method.ts";
export { type RequestEvent } from "./server-settings.ts";
