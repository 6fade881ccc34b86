/**
 * Keys and certificates: EC P-256 key pairs, PEM, signing requests, a certificate authority, and
 * the TLS contexts made of them. Nothing here holds mutable state; {@link
 * dev.wherry.machinery.pki.TlsContexts} asks its supplier at every handshake, so a rotated
 * certificate is served without a restart.
 *
 * <p>Any module above the model may import it: the API server (server PKI, CSR signing), the
 * controllers (CSR signers), the kubelet (client and serving certificates), the client commands.
 */
@NullMarked
package dev.wherry.machinery.pki;

import org.jspecify.annotations.NullMarked;
