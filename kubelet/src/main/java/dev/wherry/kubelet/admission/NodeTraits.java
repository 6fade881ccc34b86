package dev.wherry.kubelet.admission;

import java.util.List;

/**
 * What of this node decides about pods.
 *
 * @param unsafeSysctls sysctls that pods may set here beyond the safe ones; a star at the end
 *     stands for anything
 * @param appArmor whether the kernel enforces AppArmor's profiles
 */
public record NodeTraits(List<String> unsafeSysctls, boolean appArmor) {
  public NodeTraits {
    unsafeSysctls = List.copyOf(unsafeSysctls);
  }
}
