package dev.wherry.kubelet.volume;

import java.util.OptionalLong;

/**
 * What a pod's volume has and uses; a figure that nobody gives is empty.
 *
 * @param volume its name in the pod
 * @param claim the claim behind it; "" where there is none
 */
public record VolumeSpace(String volume, String claim, Figures bytes, Figures inodes) {
  /** Of bytes or of inodes. */
  public record Figures(OptionalLong total, OptionalLong available, OptionalLong used) {
    /** Nobody gives them. */
    public static final Figures UNKNOWN =
        new Figures(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }
}
