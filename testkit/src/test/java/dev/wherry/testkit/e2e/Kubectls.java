package dev.wherry.testkit.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The kubectls of this machine. {@code ./dev test} fetches the one of level 1.36. */
public final class Kubectls {
  private static final Path FETCHED = Path.of("../target/tools/kubectl/kubectl").toAbsolutePath();

  private Kubectls() {}

  /** By a name for the test report; the first is the one on the PATH. */
  static Map<String, Path> all() {
    Map<String, Path> found = new LinkedHashMap<>();
    Stream.of(Path.of("/usr/bin/kubectl"), Path.of("/usr/local/bin/kubectl"))
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresent(path -> found.put("kubectl of the machine", path));
    if (Files.isExecutable(FETCHED)) {
      found.put("kubectl 1.36", FETCHED.normalize());
    }
    return found;
  }

  public static List<Path> paths() {
    return List.copyOf(all().values());
  }
}
