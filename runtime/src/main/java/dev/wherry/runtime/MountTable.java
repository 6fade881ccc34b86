package dev.wherry.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is mounted in this process' namespace, in the order of mounting, as the kernel told it once
 * (rule: proc_pid_mountinfo(5)).
 */
public record MountTable(List<Mount> mounts) {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final int PLACE_FIELD = 4;
  private static final int OPTIONS_FIELD = 5;
  private static final int PEERS_FIELD = 6;
  private static final String PEERS_END = "-";

  /** Blank, tab, newline and backslash as the kernel writes them. */
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  public MountTable {
    mounts = List.copyOf(mounts);
  }

  /**
   * One line.
   *
   * @param place the mount point's raw bytes as ISO 8859-1, since it need not be UTF-8
   * @param options of the mount, such as {@code ro}; the file system's own are not here
   * @param peers who hears of mounts below it: {@code shared:N}, {@code master:N}
   */
  public record Mount(String place, Set<String> options, List<String> peers) {
    public Mount {
      options = Set.copyOf(options);
      peers = List.copyOf(peers);
    }

    /** Whether the path is the mount point or below it. */
    private boolean holds(String path) {
      return place.equals("/") || path.equals(place) || path.startsWith(place + "/");
    }
  }

  /** Asks the kernel. */
  public static MountTable read() throws IOException {
    return new MountTable(
        Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1).stream()
            .flatMap(line -> mount(line).stream())
            .toList());
  }

  static Optional<Mount> mount(String line) {
    String[] words = line.split(" ", -1);
    if (words.length <= PEERS_FIELD) {
      return Optional.empty();
    }
    String place =
        OCTAL
            .matcher(words[PLACE_FIELD])
            .replaceAll(octal ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    List<String> peers =
        Stream.of(words).skip(PEERS_FIELD).takeWhile(word -> !word.equals(PEERS_END)).toList();
    return Optional.of(
        new Mount(place, Set.copyOf(List.of(words[OPTIONS_FIELD].split(",", -1))), peers));
  }

  /** The mount that a path lies on: the innermost, of several at one place the last. */
  public Optional<Mount> holding(Path path) {
    String raw = raw(path);
    Mount best = null;
    for (Mount mount : mounts) {
      if (mount.holds(raw) && (best == null || mount.place().length() >= best.place().length())) {
        best = mount;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Whether something is mounted right at the path. */
  public boolean isMounted(Path path) {
    String raw = raw(path);
    return mounts.stream().anyMatch(mount -> mount.place().equals(raw));
  }

  private static String raw(Path path) {
    byte[] utf8 = path.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
    return new String(utf8, StandardCharsets.ISO_8859_1);
  }
}
