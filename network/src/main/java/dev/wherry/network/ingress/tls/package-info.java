/**
 * Certificates for the proxy's ports: from Secrets, by host, exchanged while it runs. One thread
 * writes, event loops read. Imported by ingress only.
 */
@NullMarked
package dev.wherry.network.ingress.tls;

import org.jspecify.annotations.NullMarked;
