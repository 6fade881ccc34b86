/**
 * {@code wherry cluster}: several nodes on one machine, each in network, mount and host name
 * namespaces of its own, joined by veth pairs to a bridge. The nodes are started and ended by the
 * same commands as on real machines. Called on the command's own thread.
 */
@NullMarked
package dev.wherry.cli.machines;

import org.jspecify.annotations.NullMarked;
