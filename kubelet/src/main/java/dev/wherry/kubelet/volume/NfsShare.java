package dev.wherry.kubelet.volume;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.model.core.v1.NFSVolumeSource;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A share in the words of the kernel's NFS client, which wants addresses and not names (rule:
 * nfs(5)). Pure.
 *
 * @param options of the volume, as mount(8) takes them
 */
record NfsShare(String server, String path, boolean readOnly, List<String> options) {
  static final long READ_ONLY = 1;

  /** What is tried in turn unless an option says which. */
  static final List<String> VERSIONS = List.of("4.2", "4.1", "4.0");

  /** Options that mount(2) has flags for, and those that mean nothing to it. */
  private static final Map<String, Long> FLAGS =
      Map.ofEntries(
          Map.entry("ro", READ_ONLY),
          Map.entry("nosuid", 2L),
          Map.entry("nodev", 4L),
          Map.entry("noexec", 8L),
          Map.entry("sync", 16L),
          Map.entry("noatime", 1L << 10),
          Map.entry("nodiratime", 1L << 11),
          Map.entry("relatime", 1L << 21),
          Map.entry("strictatime", 1L << 24),
          Map.entry("rw", 0L),
          Map.entry("async", 0L),
          Map.entry("defaults", 0L),
          Map.entry("_netdev", 0L));

  NfsShare {
    options = List.copyOf(options);
  }

  static NfsShare of(NFSVolumeSource source, boolean readOnly, List<String> options) {
    boolean only = readOnly || Boolean.TRUE.equals(source.readOnly());
    List<String> words =
        options.stream().flatMap(option -> List.of(option.split(",")).stream()).toList();
    return new NfsShare(source.server(), source.path(), only, words);
  }

  /** What is mounted: {@code server:/path}. */
  String source() {
    return AddressText.bracketed(server) + ":" + path;
  }

  /** Flags of mount(2). */
  long flags() {
    return options.stream()
        .mapToLong(option -> FLAGS.getOrDefault(option, 0L))
        .reduce(readOnly ? READ_ONLY : 0, (one, other) -> one | other);
  }

  /** The data of mount(2), one for each version that is tried. */
  List<String> data(InetAddress address) {
    List<String> own = options.stream().filter(option -> !FLAGS.containsKey(option)).toList();
    boolean chosen =
        own.stream().anyMatch(option -> option.matches("(nfs)?vers=.*|v[234].*|minorversion=.*"));
    // Where the server may call back; only 4.0 does, and does without.
    String nowhere = address instanceof Inet6Address ? "::" : "0.0.0.0";
    List<String> all = new ArrayList<>();
    for (String version : chosen ? List.of("") : VERSIONS) {
      List<String> words = new ArrayList<>();
      if (!chosen) {
        words.add("vers=" + version);
      }
      words.addAll(own);
      words.add("addr=" + address.getHostAddress());
      words.add("clientaddr=" + nowhere);
      all.add(String.join(",", words));
    }
    return all;
  }
}
