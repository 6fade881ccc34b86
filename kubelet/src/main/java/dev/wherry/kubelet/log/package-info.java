/**
 * Container logs in CRI's file format: reading, following, rotating. Every read runs on the
 * caller's virtual thread; one platform thread owns the directory watch. For the kubelet's server
 * and workers only.
 */
@NullMarked
package dev.wherry.kubelet.log;

import org.jspecify.annotations.NullMarked;
