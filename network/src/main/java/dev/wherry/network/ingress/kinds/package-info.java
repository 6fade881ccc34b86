/**
 * From Ingresses, Gateways and their routes to a table of routes, and to what is to be said in
 * their statuses: pure functions over a view of the cluster, the same ones in agents and in the
 * server. Imported by ingress only.
 */
@NullMarked
package dev.wherry.network.ingress.kinds;

import org.jspecify.annotations.NullMarked;
