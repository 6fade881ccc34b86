package dev.wherry.cli.kubeconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The person on whose behalf a command runs: under sudo the one who called sudo.
 *
 * @param kubeconfig the file that gets new entries
 * @param owner of files that are made for this person
 */
public record Caller(Path kubeconfig, OwnedFiles.Owner owner) {
  private static final Path PASSWD = Path.of("/etc/passwd");

  /** The caller of this process. */
  public static Caller current() {
    return of(System.getenv(), PASSWD);
  }

  /**
   * Reads the caller from the environment: SUDO_USER's home or HOME, unless KUBECONFIG names files;
   * of these the first that exists, or else the last, gets new entries (client-go's
   * GetDefaultFilename).
   *
   * @param passwd in the format of passwd(5)
   */
  public static Caller of(Map<String, String> environment, Path passwd) {
    String sudo = environment.getOrDefault("SUDO_USER", "");
    String home = environment.getOrDefault("HOME", "/root");
    OwnedFiles.Owner owner = OwnedFiles.Owner.SELF;
    if (!sudo.isEmpty() && !sudo.equals("root")) {
      for (String line : lines(passwd)) {
        String[] cells = line.split(":", -1);
        if (cells.length >= 6 && cells[0].equals(sudo)) {
          owner = new OwnedFiles.Owner(Integer.parseInt(cells[2]), Integer.parseInt(cells[3]));
          home = cells[5];
        }
      }
    }
    List<Path> named = KubeconfigPaths.list(environment.getOrDefault("KUBECONFIG", ""));
    if (named.isEmpty()) {
      return new Caller(Path.of(home, ".kube", "config"), owner);
    }
    Path last = named.getLast();
    return new Caller(named.stream().filter(Files::exists).findFirst().orElse(last), owner);
  }

  private static List<String> lines(Path passwd) {
    try {
      return Files.readAllLines(passwd);
    } catch (IOException e) {
      return new ArrayList<>();
    }
  }
}
