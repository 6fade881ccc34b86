/**
 * {@code wherry debug}: a container for looking into a pod or a node. One thread. Only the client's
 * commands import it.
 */
@NullMarked
package dev.wherry.cli.client.debug;

import org.jspecify.annotations.NullMarked;
