/**
 * What the node, its pods and their containers use, and the documents in which it is told:
 * upstream's Summary and the pages for Prometheus. Gathered when somebody asks, at most once a
 * second, from the runtime and the kernel's files; nothing runs while nobody does. Any thread may
 * ask. For {@code kubelet.server} only.
 */
@NullMarked
package dev.wherry.kubelet.figures;

import org.jspecify.annotations.NullMarked;
