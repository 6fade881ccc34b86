package dev.wherry.cli.check;

import dev.wherry.machinery.address.Ipv4Range;

/**
 * Where this host sends a range of addresses.
 *
 * @param face the interface
 */
record Route(Ipv4Range range, String face) {}
