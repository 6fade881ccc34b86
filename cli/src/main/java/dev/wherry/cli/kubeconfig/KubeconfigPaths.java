package dev.wherry.cli.kubeconfig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which files a command reads (client-go's ClientConfigLoadingRules): {@code --kubeconfig} alone,
 * or those of KUBECONFIG, or {@code ~/.kube/config}. Where none of them exists, the server's own
 * configuration on this host is read, if this user may.
 *
 * @param files in the order of their precedence
 * @param explicit whether {@code --kubeconfig} named the file
 */
public record KubeconfigPaths(List<Path> files, boolean explicit) {
  /** What a server on this host writes for its administrator. */
  public static final Path SERVERS_OWN = Path.of("/var/lib/wherry/admin.kubeconfig");

  public KubeconfigPaths {
    files = List.copyOf(files);
  }

  /**
   * @param option the value of {@code --kubeconfig}, "" for none
   */
  public static KubeconfigPaths find(String option, Map<String, String> environment) {
    return find(option, environment, SERVERS_OWN);
  }

  static KubeconfigPaths find(String option, Map<String, String> environment, Path fallback) {
    if (!option.isEmpty()) {
      return new KubeconfigPaths(List.of(Path.of(option)), true);
    }
    List<Path> files = list(environment.getOrDefault("KUBECONFIG", ""));
    if (files.isEmpty()) {
      String home = environment.getOrDefault("HOME", "/root");
      files = List.of(Path.of(home, ".kube", "config"));
    }
    if (files.stream().noneMatch(Files::exists) && Files.isReadable(fallback)) {
      files = List.of(fallback);
    }
    return new KubeconfigPaths(files, false);
  }

  /** The files of a KUBECONFIG value, each once. */
  static List<Path> list(String value) {
    List<Path> files = new ArrayList<>();
    for (String part : value.split(":", -1)) {
      if (!part.isEmpty() && !files.contains(Path.of(part))) {
        files.add(Path.of(part));
      }
    }
    return files;
  }

  /** The file that gets what no file has yet: the first that exists, else the last. */
  Path ofNewEntries() {
    return files.stream().filter(Files::exists).findFirst().orElse(files.getLast());
  }
}
