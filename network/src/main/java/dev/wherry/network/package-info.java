/**
 * What moves packets on a node: the pod network's configuration ({@code cni}), the kernel's
 * interface ({@code netlink}, {@code nftables}), Services ({@code proxy}) and names ({@code dns}).
 * Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network;

import org.jspecify.annotations.NullMarked;
