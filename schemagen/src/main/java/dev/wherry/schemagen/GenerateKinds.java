package dev.wherry.schemagen;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the table of served kinds that {@code model.kind.BuiltinKinds} reads. */
public final class GenerateKinds {
  private static final String NONE = "-";

  private GenerateKinds() {}

  /**
   * @param args the file to write, and the file with short names and categories
   */
  public static void main(String[] args) throws Exception {
    Map<String, String[]> names = new HashMap<>();
    for (String line : Files.readAllLines(Path.of(args[1]), StandardCharsets.UTF_8)) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] words = line.trim().split(" ");
        names.put(words[0], words);
      }
    }
    List<String> lines =
        Artifacts.open().kinds().stream()
            .map(k -> line(k, names.getOrDefault(k.group + "/" + k.plural, new String[3])))
            .toList();
    Path target = Path.of(args[0]);
    Files.createDirectories(target.getParent());
    Files.write(target, lines, StandardCharsets.UTF_8);
  }

  private static String line(KindTable.Kind k, String[] names) {
    String subs =
        k.subs.values().stream()
            .map(sub -> sub.name() + ":" + String.join("+", sub.verbs()))
            .collect(Collectors.joining(","));
    return String.join(
        "\t",
        k.group.isEmpty() ? NONE : k.group,
        k.version,
        k.kind,
        k.plural,
        k.kind.toLowerCase(Locale.ROOT),
        k.namespaced ? "namespaced" : "cluster",
        String.join(",", k.verbs),
        names[1] == null ? NONE : names[1],
        names[2] == null ? NONE : names[2],
        subs.isEmpty() ? NONE : subs);
  }
}
