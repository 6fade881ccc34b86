/**
 * The Service proxy: Services and EndpointSlices become elements of the maps in the table {@code
 * inet wherry}. Planning is pure; {@code ServiceProxy} owns the state on one virtual thread and
 * writes through the module's netlink thread. Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network.proxy;

import org.jspecify.annotations.NullMarked;
