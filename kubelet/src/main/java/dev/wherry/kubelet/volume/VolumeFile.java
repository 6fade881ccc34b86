package dev.wherry.kubelet.volume;

/**
 * One file of an atomically written volume.
 *
 * @param path relative to the volume, slashes between its parts
 * @param data its content
 * @param mode its permission bits
 */
public record VolumeFile(String path, byte[] data, int mode) {}
