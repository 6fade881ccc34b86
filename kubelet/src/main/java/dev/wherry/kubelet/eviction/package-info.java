/**
 * What a node does when memory, disk or process numbers run short: thresholds, conditions, what is
 * given back without harm, and which pod must go (rule: upstream's node-pressure eviction). The
 * judgement is pure; one platform thread reads and acts. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.eviction;

import org.jspecify.annotations.NullMarked;
