// Which release of this program this is.

/** The release of this program; a test keeps it equal to the package's version. */
export const FLEET_VERSION = "0.1.0";
