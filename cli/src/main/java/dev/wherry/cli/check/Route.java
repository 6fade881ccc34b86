package dev.wherry.cli.check;

import dev.wherry.machinery.address.AddressRange;

/**
 * Where this host sends a range of addresses.
 *
 * @param face the interface
 */
record Route(AddressRange range, String face) {}
