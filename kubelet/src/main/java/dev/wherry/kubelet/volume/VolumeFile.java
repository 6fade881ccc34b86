package dev.wherry.kubelet.volume;

/**
 * One file of an atomically written volume.
 *
 * @param path relative to the volume, slashes between its parts
 * @param data its content
 * @param mode its permission bits
 * @param user who owns it; negative for the kubelet itself
 */
public record VolumeFile(String path, byte[] data, int mode, int user) {
  public VolumeFile(String path, byte[] data, int mode) {
    this(path, data, mode, -1);
  }
}
