/** ApiClient port, informers, work queues, the reconciler loop, leases, events, PKI. */
@NullMarked
package dev.wherry.machinery;

import org.jspecify.annotations.NullMarked;
