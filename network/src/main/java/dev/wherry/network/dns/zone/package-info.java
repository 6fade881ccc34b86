/**
 * The cluster's own names (Kubernetes DNS-Based Service Discovery, schema 1.1.0). What a Service
 * offers is one compact entry, from which answers are put together when somebody asks. {@code
 * ZoneKeeper} owns the changes on one virtual thread; lookups come from any thread and never wait.
 * Imported by {@code dns} and {@code dns.server}.
 */
@NullMarked
package dev.wherry.network.dns.zone;

import org.jspecify.annotations.NullMarked;
