/**
 * gRPC over Unix sockets, both ends: CRI, plugins of the node and of the store's encryption, and
 * those who ask for pods' resources. One event loop thread each, calls on virtual threads.
 */
@NullMarked
package dev.wherry.streaming.socket;

import org.jspecify.annotations.NullMarked;
