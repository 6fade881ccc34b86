/**
 * How plugins of all kinds find their node agent: the directory they know, and the folder into
 * which they put their sockets. Who takes which kind says {@code Kubelet}.
 */
@NullMarked
package dev.wherry.kubelet.plugin;

import org.jspecify.annotations.NullMarked;
