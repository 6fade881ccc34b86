/**
 * The way to an API server: TLS by the kubeconfig, single requests, streams. Called by the
 * command's thread; imported by the client packages.
 */
@NullMarked
package dev.wherry.cli.client.http;

import org.jspecify.annotations.NullMarked;
