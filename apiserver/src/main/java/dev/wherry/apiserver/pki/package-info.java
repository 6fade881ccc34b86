/**
 * The server's own keys and certificates under {@code <data>/pki}: made on first start, renewed
 * while running, and the admin kubeconfig made of them. One owner calls {@code renewDue}; every
 * thread reads. The composition root imports it.
 */
@NullMarked
package dev.wherry.apiserver.pki;

import org.jspecify.annotations.NullMarked;
