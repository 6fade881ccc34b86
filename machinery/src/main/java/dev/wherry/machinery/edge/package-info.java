/**
 * What the API server and the nodes' proxies agree on about Ingresses and Gateway API: which
 * classes are ours. Pure; imported by {@code network}, {@code apiserver} and the composition roots.
 */
@NullMarked
package dev.wherry.machinery.edge;

import org.jspecify.annotations.NullMarked;
