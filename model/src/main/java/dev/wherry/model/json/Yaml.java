package dev.wherry.model.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * YAML as kubectl and the API server read and write it (sigs.k8s.io/yaml): YAML 1.1 scalars ({@code
 * yes} is a boolean, {@code 017} is 15), keys as strings, sorted output.
 */
public final class Yaml {
  private Yaml() {}

  /**
   * All documents of a file, without the empty ones. A file that begins with a brace is a stream of
   * JSON values, or YAML in flow style where it is no JSON, as in kubectl.
   *
   * @throws DecodeException when one is not well-formed
   */
  public static List<Json.Parsed> documents(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!text.stripLeading().startsWith("{")) {
      return yamlDocuments(text);
    }
    try {
      return jsonValues(bytes);
    } catch (DecodeException noJson) {
      try {
        return yamlDocuments(text);
      } catch (DecodeException neither) {
        noJson.addSuppressed(neither);
        throw noJson;
      }
    }
  }

  private static List<Json.Parsed> yamlDocuments(String text) {
    List<Json.Parsed> documents = new ArrayList<>();
    for (String part : split(text)) {
      Json.Parsed parsed = YamlReader.read(part);
      if (!parsed.tree().isNull()) {
        documents.add(parsed);
      }
    }
    return documents;
  }

  /**
   * One document; null when it is empty.
   *
   * @throws DecodeException when it is not well-formed
   */
  public static Json.Parsed parse(byte[] bytes) {
    return YamlReader.read(new String(bytes, StandardCharsets.UTF_8));
  }

  /** A sentence with its line for each key that stands twice, in the words of go-yaml. */
  public static List<String> duplicateLines(byte[] bytes) {
    return YamlReader.duplicateLines(new String(bytes, StandardCharsets.UTF_8));
  }

  /** The tree with sorted keys, ending in a line feed. */
  public static String write(JsonNode tree) {
    return new YamlWriter().write(tree);
  }

  /** Cuts at lines that begin with three dashes; what else stands on such a line is dropped. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String line : text.split("(?<=\n)", -1)) {
      if (line.startsWith("---")) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(line);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static List<Json.Parsed> jsonValues(byte[] bytes) {
    List<Json.Parsed> values = new ArrayList<>();
    try (JsonParser parser = Json.FACTORY.createParser(bytes)) {
      while (parser.nextToken() != null) {
        values.add(Json.readReporting(parser));
      }
    } catch (IOException e) {
      throw new DecodeException("error parsing JSON: " + e.getMessage(), e);
    }
    return values;
  }
}
