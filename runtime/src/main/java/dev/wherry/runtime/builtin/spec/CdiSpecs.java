package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Yaml;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Devices by their CDI names, {@code vendor.com/class=device}, as the machine's specifications
 * describe them (rule: CNCF's Container Device Interface 1.0, SPEC.md). The folders are read when a
 * container asks for a device, so a file that was written a moment ago counts.
 *
 * @param folders those of greater weight later; two files of one folder that describe the same
 *     device make it unknown
 */
public record CdiSpecs(List<Path> folders) {
  private static final System.Logger LOG = System.getLogger(CdiSpecs.class.getName());
  private static final long BYTES_MAX = 4L << 20;
  private static final int FILES_MAX = 1024;

  /** Where vendors and drivers write them. */
  public static final CdiSpecs OF_THIS_HOST =
      new CdiSpecs(List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi")));

  public CdiSpecs {
    folders = List.copyOf(folders);
  }

  /** A device and the file it stands in; the same file twice edits once. */
  private record Found(JsonNode file, JsonNode device) {}

  /**
   * Edits a bundle's configuration for the devices that a container asks for.
   *
   * @param names whole names, in the order they were asked for; one that stands twice counts once
   * @param tree the configuration, as {@link OciSpec#tree()} makes it
   * @throws IllegalArgumentException with a sentence that names what is not there
   */
  public void edit(List<String> names, ObjectNode tree) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    Map<String, Optional<Found>> known = read();
    List<String> unknown = new ArrayList<>();
    List<Found> devices = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      known
          .getOrDefault(name, Optional.empty())
          .ifPresentOrElse(devices::add, () -> unknown.add(name));
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unresolvable CDI devices %s: no file in %s describes them, or two do"
              .formatted(String.join(", ", unknown), folders));
    }
    CdiEdits edits = new CdiEdits(tree);
    Set<JsonNode> files = new LinkedHashSet<>();
    for (Found found : devices) {
      if (files.add(found.file())) {
        edits.add(found.file().path("containerEdits"));
      }
      edits.add(found.device().path("containerEdits"));
    }
    edits.finish();
  }

  private Map<String, Optional<Found>> read() throws IOException {
    Map<String, Optional<Found>> all = new LinkedHashMap<>();
    for (Path folder : folders) {
      Map<String, Optional<Found>> here = new LinkedHashMap<>();
      for (Path file : files(folder)) {
        read(file)
            .ifPresent(tree -> {
              String kind = tree.path("kind").asText();
              for (JsonNode device : tree.path("devices")) {
                here.merge(
                    kind + "=" + device.path("name").asText(),
                    Optional.of(new Found(tree, device)),
                    (_, _) -> Optional.empty());
              }
            });
      }
      all.putAll(here);
    }
    return all;
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(
          all.filter(file -> file.toString().matches(".*\\.(json|yaml)"))
              .sorted()
              .limit(FILES_MAX)
              .toList());
    }
  }

  /** A file that is broken hides its own devices and no others. */
  private static Optional<JsonNode> read(Path file) throws IOException {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IllegalArgumentException("longer than " + BYTES_MAX + " bytes");
      }
      byte[] bytes = Files.readAllBytes(file);
      JsonNode tree =
          file.toString().endsWith(".json") ? Trees.parse(bytes) : Yaml.parse(bytes).tree();
      if (!tree.path("cdiVersion").isTextual() || !tree.path("kind").asText().contains("/")) {
        throw new IllegalArgumentException("no cdiVersion, or no kind VENDOR/CLASS");
      }
      return Optional.of(tree);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "CDI file is not read file={0}: {1}", file, e.getMessage());
      return Optional.empty();
    }
  }
}
