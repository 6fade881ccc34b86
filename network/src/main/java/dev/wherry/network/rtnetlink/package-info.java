/**
 * rtnetlink without its tools: links, addresses, routes and neighbours as records, written and read
 * as the kernel's own messages (linux/rtnetlink.h). Calls block and belong on a netlink thread.
 * Imported by the rooms of this module that own routes.
 */
@NullMarked
package dev.wherry.network.rtnetlink;

import org.jspecify.annotations.NullMarked;
