/**
 * The reverse proxy: HTTP/1.1, HTTP/2 and upgraded connections from clients to endpoints, as a
 * table of routes says. Every connection, its pools and its exchanges belong to one event loop;
 * between loops there are only the table, the endpoints and counters. Imported by ingress only.
 */
@NullMarked
package dev.wherry.network.ingress.proxy;

import org.jspecify.annotations.NullMarked;
