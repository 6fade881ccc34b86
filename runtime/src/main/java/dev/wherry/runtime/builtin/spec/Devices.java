package dev.wherry.runtime.builtin.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Device nodes of the host, for a container that asks for one or gets all. */
final class Devices {
  private static final Path DEV = Path.of("/dev");
  private static final int TYPE_MASK = 0170000;
  private static final int CHARACTER = 0020000;
  private static final int BLOCK = 0060000;
  private static final int PERMISSIONS = 07777;
  private static final int DEPTH_MAX = 8;

  /** Made by the OCI runtime itself, or no devices of the host's. */
  private static final List<String> NOT_COPIED =
      List.of("pts", "shm", "fd", "mqueue", "console", "ptmx", "stdin", "stdout", "stderr", ".lxc");

  private Devices() {}

  /** One device, or every one in a directory, as CRI allows. */
  static List<OciDevice> asked(dev.wherry.proto.cri.v1.Device wanted) {
    String access = wanted.getPermissions().isEmpty() ? "rwm" : wanted.getPermissions();
    try {
      Path host = Path.of(wanted.getHostPath()).toRealPath();
      String inside =
          wanted.getContainerPath().isEmpty() ? wanted.getHostPath() : wanted.getContainerPath();
      if (Files.isDirectory(host)) {
        var found = new ArrayList<OciDevice>();
        walk(host, inside, access, 0, found);
        return found;
      }
      return List.of(node(host, inside, access));
    } catch (IOException | UnsupportedOperationException e) {
      throw new IllegalArgumentException(
          "device " + wanted.getHostPath() + ": " + e.getMessage(), e);
    }
  }

  /** All of the host's, for privileged containers. */
  static List<OciDevice> all() {
    var found = new ArrayList<OciDevice>();
    try {
      walk(DEV, DEV.toString(), "rwm", 0, found);
    } catch (IOException e) {
      throw new IllegalArgumentException("the host's devices: " + e.getMessage(), e);
    }
    return found;
  }

  private static void walk(Path from, String inside, String access, int depth, List<OciDevice> to)
      throws IOException {
    try (Stream<Path> list = Files.list(from)) {
      for (Path path : list.sorted().toList()) {
        String name = path.getFileName().toString();
        if (from.equals(DEV) && NOT_COPIED.contains(name)) {
          continue;
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && depth < DEPTH_MAX) {
          walk(path, inside + "/" + name, access, depth + 1, to);
        } else if (isDevice(path)) {
          to.add(node(path, inside + "/" + name, access));
        }
      }
    }
  }

  private static boolean isDevice(Path path) throws IOException {
    Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    int type = (Integer) mode & TYPE_MASK;
    return type == CHARACTER || type == BLOCK;
  }

  private static OciDevice node(Path host, String inside, String access) throws IOException {
    Map<String, Object> facts = Files.readAttributes(host, "unix:mode,rdev,uid,gid");
    int mode = (int) number(facts, "mode");
    int type = mode & TYPE_MASK;
    if (type != CHARACTER && type != BLOCK) {
      throw new IOException("no device");
    }
    long number = number(facts, "rdev");
    return new OciDevice(
        inside,
        type == BLOCK ? 'b' : 'c',
        ((number >> 8) & 0xfff) | ((number >> 32) & ~0xfffL),
        (number & 0xff) | ((number >> 12) & ~0xffL),
        mode & PERMISSIONS,
        (int) number(facts, "uid"),
        (int) number(facts, "gid"),
        access);
  }

  private static long number(Map<String, Object> facts, String name) throws IOException {
    if (facts.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("no " + name + " of a file here");
  }
}
