/**
 * {@code wherry proxy}: the API without TLS and credentials on a local port. A virtual thread per
 * connection. Only the client's commands import it.
 */
@NullMarked
package dev.wherry.cli.client.proxy;

import org.jspecify.annotations.NullMarked;
