/**
 * The edge: TLS, HTTP/1.1 and HTTP/2 on Netty. A channel's event loop reads and writes; every
 * request is worked on by a virtual thread of its own. Imported by rest and the composition.
 */
@NullMarked
package dev.wherry.apiserver.http;

import org.jspecify.annotations.NullMarked;
