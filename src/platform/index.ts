export { dialTcp, listenTcp, type TcpServer } from "./tcp.ts";
