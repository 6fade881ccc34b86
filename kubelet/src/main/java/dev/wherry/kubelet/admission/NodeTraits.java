package dev.wherry.kubelet.admission;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What of this node decides about pods.
 *
 * @param unsafeSysctls sysctls that pods may set here beyond the safe ones; a star at the end
 *     stands for anything
 * @param appArmor whether the kernel enforces AppArmor's profiles
 * @param userNamespaces whether the pod's runtime handler gives pods user namespaces
 */
public record NodeTraits(
    List<String> unsafeSysctls, boolean appArmor, BooleanSupplier userNamespaces) {
  public NodeTraits {
    unsafeSysctls = List.copyOf(unsafeSysctls);
  }
}
