/**
 * The edge of the cluster: Ingresses and Gateway API served by a proxy on every node. An agent's
 * part ({@code NodeProxy}) keeps the proxy's table as the API has it; the server's part ({@code
 * IngressController}) says in statuses and events what came of it. Each has one owner thread.
 * Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network.ingress;

import org.jspecify.annotations.NullMarked;
