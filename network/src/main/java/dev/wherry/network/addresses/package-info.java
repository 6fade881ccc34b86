/**
 * Addresses of load balancers that this node answers for on its link (decision 0332). One virtual
 * thread owns the state; netlink calls go through a thread of their own. Imported by the
 * composition root.
 */
@NullMarked
package dev.wherry.network.addresses;

import org.jspecify.annotations.NullMarked;
