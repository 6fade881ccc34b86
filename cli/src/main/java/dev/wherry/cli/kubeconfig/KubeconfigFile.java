package dev.wherry.cli.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One kubeconfig as a tree that can be changed: fields unknown here survive, comments do not. */
public final class KubeconfigFile {
  private static final int BYTES_MAX = 16 * 1024 * 1024;
  private static final String CURRENT = "current-context";

  private final Path path;
  private final ObjectNode tree;

  private KubeconfigFile(Path path, ObjectNode tree) {
    this.path = path;
    this.tree = tree;
  }

  /**
   * Reads a file; one that is missing or empty is an empty configuration.
   *
   * @throws KubeconfigException when it cannot be read or is no kubeconfig
   */
  public static KubeconfigFile read(Path path) {
    if (!Files.exists(path)) {
      return new KubeconfigFile(path, Json.object());
    }
    try {
      if (Files.size(path) > BYTES_MAX) {
        throw new KubeconfigException("error loading config file \"" + path + "\": too large");
      }
      JsonNode parsed = Yaml.parse(Files.readAllBytes(path)).tree();
      if (parsed.isNull()) {
        return new KubeconfigFile(path, Json.object());
      }
      if (parsed instanceof ObjectNode object) {
        return new KubeconfigFile(path, object);
      }
      throw new KubeconfigException("error loading config file \"" + path + "\": no mapping");
    } catch (IOException e) {
      throw new KubeconfigException(
          "error loading config file \"" + path + "\": " + reason(path, e), e);
    } catch (DecodeException e) {
      throw new KubeconfigException(
          "error loading config file \"" + path + "\": " + e.getMessage(), e);
    }
  }

  private static String reason(Path path, IOException e) {
    return Files.isReadable(path) ? String.valueOf(e.getMessage()) : "permission denied";
  }

  public Path path() {
    return path;
  }

  /** "" when none is set. */
  public String currentContext() {
    return tree.path(CURRENT).asText("");
  }

  /** Sets the current context, "" for none. */
  public void currentContext(String name) {
    tree.put(CURRENT, name);
  }

  /** The names of a section in the file's order. */
  public List<String> names(Section section) {
    List<String> names = new ArrayList<>();
    tree.path(section.list()).forEach(entry -> names.add(entry.path("name").asText()));
    return names;
  }

  /** The body of an entry; changes to it are changes of this file. */
  public Optional<ObjectNode> entry(Section section, String name) {
    for (JsonNode entry : tree.path(section.list())) {
      if (entry.path("name").asText().equals(name)) {
        return entry.get(section.body()) instanceof ObjectNode body
            ? Optional.of(body)
            : Optional.of(Json.object());
      }
    }
    return Optional.empty();
  }

  /** Adds an entry or replaces the one of that name in its place. */
  public void put(Section section, String name, ObjectNode body) {
    ArrayNode list =
        tree.get(section.list()) instanceof ArrayNode present
            ? present
            : tree.putArray(section.list());
    for (JsonNode entry : list) {
      if (entry.path("name").asText().equals(name) && entry instanceof ObjectNode object) {
        object.set(section.body(), body);
        return;
      }
    }
    list.addObject().put("name", name).set(section.body(), body);
  }

  /** Removes an entry, if it is there. */
  public void remove(Section section, String name) {
    if (tree.get(section.list()) instanceof ArrayNode list) {
      list.removeIf(entry -> entry.path("name").asText().equals(name));
    }
  }

  /** Whether no section has an entry. */
  public boolean isEmpty() {
    for (Section section : Section.values()) {
      if (!tree.path(section.list()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** The fields beside sections and current context, extensions included. */
  ObjectNode tree() {
    return tree;
  }

  /** Writes the tree back, see {@link OwnedFiles#replace}. */
  public void write(OwnedFiles.Owner ownerOfNew) {
    ObjectNode whole = tree.deepCopy();
    whole.put("apiVersion", "v1").put("kind", "Config");
    for (Section section : Section.values()) {
      if (!(whole.get(section.list()) instanceof ArrayNode)) {
        whole.putArray(section.list());
      }
    }
    whole.put(CURRENT, currentContext());
    byte[] text = Yaml.write(whole).getBytes(StandardCharsets.UTF_8);
    OwnedFiles.replace(path, text, ownerOfNew);
  }
}
