/**
 * Leases: a node's heartbeat, and leader election with client-go's semantics. Each runs on one
 * virtual thread of its own. Imported by the kubelet and by composition roots.
 */
@NullMarked
package dev.wherry.machinery.lease;

import org.jspecify.annotations.NullMarked;
