package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.Capability;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** Which capabilities a container gets: the usual ones, more or fewer by request. */
final class Capabilities {
  /** By number (linux/capability.h). */
  private static final List<String> ALL =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  /** What containerd gives without a word of it. */
  private static final List<String> USUAL =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private static final String EVERY = "ALL";
  private static final String PREFIX = "CAP_";

  private Capabilities() {}

  static List<String> ofMask(long mask) {
    var names = new ArrayList<String>();
    for (int i = 0; i < ALL.size(); i++) {
      if ((mask >> i & 1) == 1) {
        names.add(ALL.get(i));
      }
    }
    return names;
  }

  /**
   * The set. ALL counts before single names, so that a name beside it makes an exception.
   *
   * @param possible what the host can give
   * @throws IllegalArgumentException for a name that is none
   */
  static List<String> of(Capability wanted, boolean privileged, List<String> possible) {
    if (privileged) {
      return possible;
    }
    var set = new LinkedHashSet<>(USUAL);
    if (has(wanted.getAddCapabilitiesList())) {
      set.addAll(possible);
    }
    if (has(wanted.getDropCapabilitiesList())) {
      set.clear();
    }
    set.addAll(names(wanted.getAddCapabilitiesList()));
    set.removeAll(names(wanted.getDropCapabilitiesList()));
    return List.copyOf(set);
  }

  static List<String> ambient(Capability wanted) {
    return names(wanted.getAddAmbientCapabilitiesList());
  }

  private static boolean has(List<String> names) {
    return names.stream().anyMatch(name -> name.toUpperCase(Locale.ROOT).equals(EVERY));
  }

  private static List<String> names(List<String> names) {
    return names.stream()
        .map(name -> name.toUpperCase(Locale.ROOT))
        .filter(name -> !name.equals(EVERY))
        .map(Capabilities::known)
        .toList();
  }

  private static String known(String name) {
    String full = name.startsWith(PREFIX) ? name : PREFIX + name;
    if (!ALL.contains(full)) {
      throw new IllegalArgumentException("unknown capability " + name);
    }
    return full;
  }
}
