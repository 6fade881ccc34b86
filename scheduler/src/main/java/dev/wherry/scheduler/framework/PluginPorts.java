package dev.wherry.scheduler.framework;

/**
 * What plugins need of the world beside what they see.
 *
 * @param volumes writes what is decided of pods' claims of volumes
 * @param devices the same of devices
 * @param expressions understands device selectors
 */
public record PluginPorts(
    ClaimWriter volumes, DeviceClaimWriter devices, DeviceExpressions expressions) {
  /** For schedulers that see neither volumes nor devices. */
  public static final PluginPorts NONE =
      new PluginPorts(ClaimWriter.NONE, DeviceClaimWriter.NONE, DeviceExpressions.NONE);
}
