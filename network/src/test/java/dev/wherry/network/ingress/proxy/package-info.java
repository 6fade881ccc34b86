/** Tests of the proxy over real sockets. */
@NullMarked
package dev.wherry.network.ingress.proxy;

import org.jspecify.annotations.NullMarked;
