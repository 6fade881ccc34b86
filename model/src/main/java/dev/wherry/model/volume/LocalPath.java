package dev.wherry.model.volume;

import java.util.regex.Pattern;

/** What the built-in provisioner and the nodes agree on: volumes that are directories of a node. */
public final class LocalPath {
  /** Name of the provisioner. */
  public static final String PROVISIONER = "wherry.dev/local-path";

  /** Name of its storage class. */
  public static final String CLASS = "local-path";

  /** On a node: the directory below which its volumes are made. */
  public static final String ROOT = "wherry.dev/local-path-root";

  /** On a volume: the node that has it. */
  public static final String NODE = "wherry.dev/local-path-node";

  /** First part of the kubelet's path by which a directory is removed. */
  public static final String ROUTE = "local-path";

  private static final int NAME_BYTES_MAX = 255;
  private static final Pattern DIRECTORY =
      Pattern.compile("pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[-a-z0-9]+_[-.a-z0-9]+");

  private LocalPath() {}

  /** A directory's name, which tells its owner; cut to what a file system takes. */
  public static String directory(String volume, String namespace, String claim) {
    String name = volume + "_" + namespace + "_" + claim;
    return name.substring(0, Math.min(name.length(), NAME_BYTES_MAX));
  }

  /** Whether a name can be such a directory's: one part, and no way out of the root. */
  public static boolean isDirectory(String name) {
    return name.length() <= NAME_BYTES_MAX && DIRECTORY.matcher(name).matches();
  }
}
