/**
 * Who answers a request: hosts, paths, headers and filters as immutable records, compiled into a
 * table that any thread may ask. Knows neither Kubernetes objects nor sockets; imported by the
 * packages of ingress only.
 */
@NullMarked
package dev.wherry.network.ingress.route;

import org.jspecify.annotations.NullMarked;
