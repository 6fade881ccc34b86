/** The node agent: pod state machine over CRI, volumes, probes, node status, its HTTPS server. */
@NullMarked
package dev.wherry.kubelet;

import org.jspecify.annotations.NullMarked;
