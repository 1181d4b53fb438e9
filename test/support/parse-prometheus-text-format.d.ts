declare module "parse-prometheus-text-format" {
  /** Reads a page in the text format of Prometheus: a family of metrics each. */
  export default function parsePrometheusTextFormat(page: string): unknown;
}
