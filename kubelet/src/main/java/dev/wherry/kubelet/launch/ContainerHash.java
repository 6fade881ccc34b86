package dev.wherry.kubelet.launch;

import dev.wherry.model.core.v1.Container;

/**
 * Tells whether a running container is still what its pod says (rule: upstream hashes name and
 * image).
 */
public final class ContainerHash {
  private ContainerHash() {}

  public static String of(Container container) {
    return Integer.toHexString((container.name() + "\0" + container.image()).hashCode());
  }
}
