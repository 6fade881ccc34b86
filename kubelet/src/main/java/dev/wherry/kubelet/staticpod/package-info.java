/**
 * Pods of the node's own folder and their mirrors in the API (rule: upstream's static pods). Owner:
 * one virtual thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.staticpod;

import org.jspecify.annotations.NullMarked;
