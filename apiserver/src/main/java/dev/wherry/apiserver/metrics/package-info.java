/**
 * The API group metrics.k8s.io, made from the kubelets' figures when somebody asks: which kinds it
 * has, how a kubelet's page is read, which two readings of a node make a rate. Nothing runs while
 * nobody asks. Any thread; each node's readings are guarded by a lock of their own. For {@code
 * rest}, which serves it, and for the server's wiring.
 */
@NullMarked
package dev.wherry.apiserver.metrics;

import org.jspecify.annotations.NullMarked;
