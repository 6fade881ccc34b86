/** Tests of messages and sockets; {@code TestNamespace} serves the tests of the whole module. */
@NullMarked
package dev.wherry.network.netlink;

import org.jspecify.annotations.NullMarked;
