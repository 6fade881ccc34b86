package dev.wherry.runtime.choice;

import java.nio.file.Path;

/** What a look at a CRI socket found. */
public sealed interface CriVerdict {
  /**
   * It can run pods.
   *
   * @param name such as {@code containerd}
   * @param cniDirectory where it looks for the pod network's conflist
   * @param sandboxImage the pause image it wants; "" when it does not say
   * @param pods sandboxes it has, whoever made them
   */
  record Usable(Path socket, String name, Path cniDirectory, String sandboxImage, int pods)
      implements CriVerdict {
    boolean isContainerd() {
      return name.equals("containerd");
    }
  }

  /** Something answers that cannot run pods; the sentence says why and what mends it. */
  record Unusable(String why) implements CriVerdict {}

  /** Nobody is there. */
  record Absent(String why) implements CriVerdict {}
}
