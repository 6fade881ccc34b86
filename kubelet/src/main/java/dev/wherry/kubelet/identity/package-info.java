/**
 * Who the node is: join by token, client and serving certificates and their rotation. For the
 * composition root and the kubelet.
 */
@NullMarked
package dev.wherry.kubelet.identity;

import org.jspecify.annotations.NullMarked;
