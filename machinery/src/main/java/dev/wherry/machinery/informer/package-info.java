/**
 * Informers: a local, indexed view on all objects of a kind, and its changes in order. Each
 * informer's state is written by its own virtual thread with a bounded inbox; reads come from any
 * thread. Imported by controllers, scheduler, kubelet and network.
 */
@NullMarked
package dev.wherry.machinery.informer;

import org.jspecify.annotations.NullMarked;
