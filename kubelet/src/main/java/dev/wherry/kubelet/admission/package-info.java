/**
 * Who may run on this node: what a pod asks for against what the node has left, and what the node
 * does not do at all. The register is shared by all pods' workers, the rules are pure. For the
 * kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.admission;

import org.jspecify.annotations.NullMarked;
