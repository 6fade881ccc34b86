package dev.wherry.runtime;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a daemon out of this process's cgroup, in the hierarchies by which services are tracked and
 * killed: the unified one and systemd's named one. It is put beside the root's other children, as
 * runtimes place containers with the cgroupfs driver. Controllers of version 1 stay as they are:
 * they limit, they do not kill.
 */
public final class DaemonCgroup {
  private static final System.Logger LOG = System.getLogger(DaemonCgroup.class.getName());
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final String SYSTEMD = "name=systemd";

  private DaemonCgroup() {}

  /**
   * Moves a process that has just started; where that is not allowed it stays and a warning says
   * so.
   *
   * @param name of the cgroup at the root
   */
  public static void leave(long pid, String name) {
    try {
      for (Path file : exits(name)) {
        Files.writeString(file, Long.toString(pid));
      }
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "daemon stays in this process''s cgroup pid={0} why=\"{1}\"",
          String.valueOf(pid),
          e.getMessage());
    }
  }

  /**
   * The files to which a process's id is written to take it out; none where this process is in no
   * cgroup that anybody would kill. The cgroup is made.
   *
   * @param name of the cgroup at the root
   */
  public static List<Path> exits(String name) throws IOException {
    var files = new ArrayList<Path>();
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] fields = line.split(":", 3);
      boolean tracks = fields[1].isEmpty() || fields[1].equals(SYSTEMD);
      if (tracks && !fields[2].equals("/")) {
        Path cgroup = root(fields[1]).resolve(name);
        Files.createDirectories(cgroup);
        files.add(cgroup.resolve("cgroup.procs"));
      }
    }
    return files;
  }

  private static Path root(String controllers) {
    if (controllers.equals(SYSTEMD)) {
      return MOUNT.resolve("systemd");
    }
    // On a hybrid host the unified hierarchy is a directory of its own.
    return List.of(MOUNT.resolve("unified"), MOUNT).stream()
        .filter(mount -> Files.exists(mount.resolve("cgroup.procs")))
        .findFirst()
        .orElse(MOUNT);
  }
}
