/**
 * gRPC over Unix sockets: towards the runtime and plugins, and for plugins and those who ask for
 * pods' resources. One event loop thread each, calls on virtual threads. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.socket;

import org.jspecify.annotations.NullMarked;
