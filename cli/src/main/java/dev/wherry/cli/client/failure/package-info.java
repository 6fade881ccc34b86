/**
 * What goes wrong in a client command, and the lines kubectl prints for it. Imported by all client
 * packages; no state.
 */
@NullMarked
package dev.wherry.cli.client.failure;

import org.jspecify.annotations.NullMarked;
