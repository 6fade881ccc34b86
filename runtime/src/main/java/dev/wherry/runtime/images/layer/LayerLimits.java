package dev.wherry.runtime.images.layer;

/**
 * What one layer may cost.
 *
 * @param entriesMax names in the archive
 * @param bytesMax uncompressed archive, padding and all
 * @param fileBytesMax the length a sparse file may claim
 * @param freeBytesMin what stays free on the disk
 */
public record LayerLimits(long entriesMax, long bytesMax, long fileBytesMax, long freeBytesMin) {
  private static final long MIB = 1 << 20;

  /** A million names, 256 GiB, 256 MiB left free. */
  public static LayerLimits usual() {
    return new LayerLimits(1_000_000, 256 * 1024 * MIB, 1024 * 1024 * MIB, 256 * MIB);
  }
}
