package dev.wherry.cli.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Several kubeconfig files seen as one: of entries with one name, and of the current contexts, the
 * first counts. Relative paths count from the file they stand in.
 */
public final class Kubeconfig {
  private static final List<String> CLUSTER_PATHS = List.of("certificate-authority");
  private static final List<String> USER_PATHS =
      List.of("client-certificate", "client-key", "tokenFile");

  /** An entry and the file it came from. */
  record Entry(ObjectNode body, KubeconfigFile file) {}

  private final KubeconfigPaths paths;
  private final List<KubeconfigFile> files;
  private final Map<Section, Map<String, Entry>> entries = new TreeMap<>();

  private Kubeconfig(KubeconfigPaths paths, List<KubeconfigFile> files) {
    this.paths = paths;
    this.files = files;
    for (Section section : Section.values()) {
      Map<String, Entry> merged = new TreeMap<>();
      for (KubeconfigFile file : files) {
        for (String name : file.names(section)) {
          file.entry(section, name)
              .ifPresent(body -> merged.putIfAbsent(name, new Entry(body, file)));
        }
      }
      entries.put(section, merged);
    }
  }

  /**
   * Reads all files.
   *
   * @throws KubeconfigException when one cannot be read, or the one the user named is missing
   */
  public static Kubeconfig load(KubeconfigPaths paths) {
    List<KubeconfigFile> files = new ArrayList<>();
    for (Path path : paths.files()) {
      if (paths.explicit() && !Files.exists(path)) {
        throw new KubeconfigException("stat " + path + ": no such file or directory");
      }
      files.add(KubeconfigFile.read(path));
    }
    return new Kubeconfig(paths, files);
  }

  /** "" when no file sets one. */
  public String currentContext() {
    return files.stream()
        .map(KubeconfigFile::currentContext)
        .filter(name -> !name.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** Sorted. */
  public List<String> names(Section section) {
    return List.copyOf(entries(section).keySet());
  }

  public Optional<JsonNode> entry(Section section, String name) {
    return Optional.ofNullable(entries(section).get(name)).map(Entry::body);
  }

  private Map<String, Entry> entries(Section section) {
    return entries.getOrDefault(section, Map.of());
  }

  /** Whether there is nothing to read at all. */
  public boolean isEmpty() {
    return files.stream().allMatch(KubeconfigFile::isEmpty);
  }

  /** The files, in the order of their precedence. */
  public KubeconfigPaths paths() {
    return paths;
  }

  /** Makes a context current, in the file that names the current one, and writes that file. */
  public void useContext(String name) {
    KubeconfigFile file =
        files.stream()
            .filter(f -> !f.currentContext().isEmpty())
            .findFirst()
            .orElseGet(this::fileOfNewEntries);
    file.currentContext(name);
    file.write(OwnedFiles.Owner.SELF);
  }

  /**
   * Sets fields of an entry, in its own file or as a new entry, and writes that file.
   *
   * @param fields values of "" leave a field as it is
   */
  public void set(Section section, String name, Map<String, String> fields) {
    Entry known = entries(section).get(name);
    KubeconfigFile file = known == null ? fileOfNewEntries() : known.file();
    ObjectNode body = known == null ? Json.object() : known.body();
    fields.forEach((field, value) -> {
      if (!value.isEmpty()) {
        body.put(field, value);
      }
    });
    file.put(section, name, body);
    file.write(OwnedFiles.Owner.SELF);
  }

  /**
   * Removes an entry from its file; the answer is that file, nothing when there is no such entry.
   */
  public Optional<Path> remove(Section section, String name) {
    Entry known = entries(section).get(name);
    if (known == null) {
      return Optional.empty();
    }
    known.file().remove(section, name);
    known.file().write(OwnedFiles.Owner.SELF);
    return Optional.of(known.file().path());
  }

  private KubeconfigFile fileOfNewEntries() {
    Path path = paths.ofNewEntries();
    return files.stream().filter(f -> f.path().equals(path)).findFirst().orElseThrow();
  }

  /** The merged whole as kubectl shows it, sections sorted by name. */
  public ObjectNode tree() {
    ObjectNode tree = Json.object();
    tree.put("apiVersion", "v1").put("kind", "Config");
    for (KubeconfigFile file : files) {
      file.tree().properties().forEach(e -> tree.putIfAbsent(e.getKey(), e.getValue().deepCopy()));
    }
    tree.put("current-context", currentContext());
    for (Section section : Section.values()) {
      ArrayNode list = tree.putArray(section.list());
      for (Map.Entry<String, Entry> entry : entries(section).entrySet()) {
        list.addObject()
            .put("name", entry.getKey())
            .set(section.body(), resolved(entry.getValue()));
      }
    }
    return tree;
  }

  /** The entry with absolute paths. */
  ObjectNode resolved(Entry entry) {
    ObjectNode body = entry.body().deepCopy();
    Path folder = folder(entry.file());
    for (List<String> fields : List.of(CLUSTER_PATHS, USER_PATHS)) {
      for (String field : fields) {
        String value = body.path(field).asText("");
        if (!value.isEmpty()) {
          body.put(field, folder.resolve(value).normalize().toString());
        }
      }
    }
    return body;
  }

  /** An entry with absolute paths, empty when there is none of that name. */
  ObjectNode resolved(Section section, String name) {
    Entry entry = entries(section).get(name);
    return entry == null ? Json.object() : resolved(entry);
  }

  /** The folder of the file an entry came from. */
  Path folderOf(Section section, String name) {
    Entry entry = entries(section).get(name);
    return entry == null ? Path.of("/") : folder(entry.file());
  }

  private static Path folder(KubeconfigFile file) {
    Path folder = file.path().toAbsolutePath().getParent();
    return folder == null ? Path.of("/") : folder;
  }
}
