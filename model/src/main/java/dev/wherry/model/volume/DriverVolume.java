package dev.wherry.model.volume;

/**
 * A volume of a CSI driver, and its names where the cluster's controller and a node must agree
 * (rule: upstream's csi attacher and its unique volume names).
 *
 * @param handle the driver's own name for it
 */
public record DriverVolume(String driver, String handle) {
  private static final String IN_USE = "kubernetes.io/csi/";
  private static final char BETWEEN = '^';

  /** The name of its VolumeAttachment on a node. */
  public String attachment(String node) {
    return "csi-" + VolumeDigest.hex(handle + driver + node);
  }

  /** As a node says that it has it, in {@code status.volumesInUse}. */
  public String inUse() {
    return IN_USE + driver + BETWEEN + handle;
  }

  /** What a node says it has; a driver and handle of "" for other kinds. */
  public static DriverVolume ofInUse(String text) {
    int between = text.indexOf(BETWEEN);
    return text.startsWith(IN_USE) && between > 0
        ? new DriverVolume(text.substring(IN_USE.length(), between), text.substring(between + 1))
        : new DriverVolume("", "");
  }
}
