package dev.wherry.runtime.builtin.spec;

import java.nio.file.Path;

/**
 * Where a container's cgroup lies, by the driver that makes it.
 *
 * @param path {@code linux.cgroupsPath}
 * @param directory below the root of each hierarchy, without a leading slash
 */
public record CgroupPlace(String path, String directory) {
  private static final String PREFIX = "wherry";
  private static final String SLICE = ".slice";

  /**
   * Below a parent: a path for cgroupfs, a slice for systemd.
   *
   * @param parent as the kubelet gives it; empty for the root
   */
  public static CgroupPlace of(String parent, String id, boolean systemd) {
    if (!systemd) {
      String path = Path.of("/" + parent).resolve(id).normalize().toString();
      return new CgroupPlace(path, path.substring(1));
    }
    String slice = parent.isEmpty() ? "system.slice" : Path.of(parent).getFileName().toString();
    return new CgroupPlace(
        slice + ":" + PREFIX + ":" + id, expanded(slice) + "/" + PREFIX + "-" + id + ".scope");
  }

  /** Each dash of a slice's name is a level: a-b.slice lies in a.slice (systemd.slice(5)). */
  private static String expanded(String slice) {
    String name = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - 6) : slice;
    var path = new StringBuilder();
    int dash = name.indexOf('-');
    while (dash > 0) {
      path.append(name, 0, dash).append(SLICE).append('/');
      dash = name.indexOf('-', dash + 1);
    }
    return path.append(name).append(SLICE).toString();
  }

  /** The file that counts the processes killed for want of memory. */
  public Path memoryKills(boolean unified) {
    return unified
        ? Path.of("/sys/fs/cgroup", directory, "memory.events")
        : Path.of("/sys/fs/cgroup/memory", directory, "memory.oom_control");
  }
}
