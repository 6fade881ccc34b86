package dev.wherry.apiserver.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.GoDurations;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A part of a configuration file, its path, and where mistakes go. */
public final class ConfigNode {
  /** Bytes of a configuration file. */
  private static final long FILE_BYTES_MAX = 4 << 20;

  /** Elements of one list. */
  private static final int ITEMS_MAX = 10_000;

  private final JsonNode node;
  private final String path;
  private final List<String> problems;

  private ConfigNode(JsonNode node, String path, List<String> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  /**
   * Reads a file, YAML or JSON, of one kind.
   *
   * @param group of its apiVersion; any version will do
   * @param parse takes what the file says
   * @throws ConfigException telling all that is wrong
   */
  public static <T> T read(Path file, String group, String kind, Function<ConfigNode, T> parse) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new ConfigException(
            file.toString(), List.of("the file is larger than " + FILE_BYTES_MAX + " bytes"));
      }
      return parse(file.toString(), Files.readAllBytes(file), group, kind, parse);
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), List.of("the file cannot be read: " + e.getMessage()));
    }
  }

  /** Reads the bytes of a file. */
  public static <T> T parse(
      String name, byte[] bytes, String group, String kind, Function<ConfigNode, T> parse) {
    List<String> problems = new ArrayList<>();
    JsonNode tree;
    try {
      tree = Yaml.parse(bytes).tree();
    } catch (DecodeException e) {
      throw new ConfigException(name, List.of(String.valueOf(e.getMessage())));
    }
    ConfigNode root =
        new ConfigNode(tree instanceof ObjectNode ? tree : Json.object(), "", problems);
    if (!root.text("apiVersion").startsWith(group + "/") || !root.text("kind").equals(kind)) {
      throw new ConfigException(
          name, List.of("apiVersion and kind must be " + group + "/... and " + kind));
    }
    T result = parse.apply(root);
    if (!problems.isEmpty()) {
      throw new ConfigException(name, problems);
    }
    return result;
  }

  /** Every other key is a mistake. */
  public ConfigNode only(String... keys) {
    List<String> known = List.of(keys);
    for (var field : node.properties()) {
      if (!known.contains(field.getKey())) {
        problems.add("unknown field " + path(field.getKey()));
      }
    }
    return this;
  }

  private String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Records a mistake at this place. */
  public void wrong(String why) {
    problems.add(path + ": " + why);
  }

  /** Records a mistake at a field. */
  public void wrong(String field, String why) {
    problems.add(path(field) + ": " + why);
  }

  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** The object at a field; an empty one where there is none. */
  public ConfigNode child(String field) {
    JsonNode value = node.path(field);
    if (has(field) && !value.isObject()) {
      wrong(field, "must be an object");
    }
    return new ConfigNode(value.isObject() ? value : Json.object(), path(field), problems);
  }

  /** The objects of a list. */
  public List<ConfigNode> items(String field) {
    List<ConfigNode> items = new ArrayList<>();
    for (JsonNode item : list(field)) {
      String at = path(field) + "[" + items.size() + "]";
      if (!item.isObject()) {
        problems.add(at + ": must be an object");
      }
      items.add(new ConfigNode(item.isObject() ? item : Json.object(), at, problems));
    }
    return items;
  }

  /** The texts of a list. */
  public List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : list(field)) {
      if (!item.isTextual()) {
        wrong(field, "must be a list of texts");
      }
      texts.add(item.asText());
    }
    return texts;
  }

  private JsonNode list(String field) {
    JsonNode value = node.path(field);
    if (has(field) && !value.isArray()) {
      wrong(field, "must be a list");
      return Json.array();
    }
    if (value.size() > ITEMS_MAX) {
      wrong(field, "must have at most " + ITEMS_MAX + " items");
      return Json.array();
    }
    return value;
  }

  /** A text, or "". */
  public String text(String field) {
    if (has(field) && !node.path(field).isTextual()) {
      wrong(field, "must be a text");
    }
    return node.path(field).asText("");
  }

  /** A text that must be there. */
  public String required(String field) {
    if (text(field).isEmpty()) {
      wrong(field, "is required");
    }
    return text(field);
  }

  /** A text that is one of some. */
  public String oneOf(String field, List<String> allowed) {
    String value = text(field);
    if (!allowed.contains(value)) {
      wrong(field, "\"" + value + "\" is none of " + allowed);
    }
    return value;
  }

  /** A time in Go's notation, such as {@code 1m30s}; zero where there is none. */
  public Duration duration(String field) {
    String text = text(field);
    if (text.isEmpty()) {
      return Duration.ZERO;
    }
    return GoDurations.read(text)
        .orElseGet(() -> {
          wrong(field, "\"" + text + "\" is no duration such as 30s");
          return Duration.ZERO;
        });
  }

  public boolean flag(String field) {
    if (has(field) && !node.path(field).isBoolean()) {
      wrong(field, "must be true or false");
    }
    return node.path(field).asBoolean();
  }
}
