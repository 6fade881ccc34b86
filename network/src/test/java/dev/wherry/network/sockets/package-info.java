/** Tests of listening sockets. */
@NullMarked
package dev.wherry.network.sockets;

import org.jspecify.annotations.NullMarked;
