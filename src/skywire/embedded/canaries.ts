// Secrets that embedded visors hold and that must never surface anywhere.
/**
 * Secrets that embedded visors hold and that must never surface in output, files, ledgers or errors of
 * `fleet`. They are fixed, so that a test can search for them.
 */
export const CANARIES = {
  /** The `sk` of every embedded visor. No key belongs to it. */
  secretKey: "5ec4e7cafe0badc0de5ec4e7cafe0badc0de5ec4e7cafe0badc0de5ec4e7cafe",
  /** The value of `--passcode` of an app. */
  passcode: "canary-passcode-7f3a",
  /** The value of `--internal-token` of an app. */
  internalToken: "canary-internal-token-91bd",
  /** The value of an app's environment variable. */
  envValue: "canary-env-value-c4e2",
} as const;
