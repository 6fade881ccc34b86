package dev.wherry.cli.client.select;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads {@code -f}: files, folders, a pipe, several documents in one, Lists. */
public final class Manifests {
  public static final int BYTES_MAX = 256 * 1024 * 1024;
  private static final int FOLDER_DEPTH_MAX = 64;

  private Manifests() {}

  /**
   * Reads all objects in order.
   *
   * @param recursive {@code -R}: folders inside folders too
   * @throws ClientException in kubectl's words when a path does not exist or a file is broken
   */
  public static List<Manifest> read(List<String> names, boolean recursive, InputStream pipe) {
    List<Manifest> manifests = new ArrayList<>();
    for (String name : names) {
      if (name.equals("-")) {
        try {
          documents(pipe.readNBytes(BYTES_MAX), "STDIN", manifests);
        } catch (IOException e) {
          throw ClientException.error("cannot read the standard input: " + e.getMessage());
        }
        continue;
      }
      Path path = Path.of(name);
      if (name.startsWith("http://") || name.startsWith("https://")) {
        throw ClientException.error(
            "manifests are not fetched from the network: download " + name + " first");
      }
      if (!Files.exists(path)) {
        throw ClientException.error("the path \"" + name + "\" does not exist");
      }
      for (Path file : files(path, recursive)) {
        documents(bytes(file), file.toString(), manifests);
      }
    }
    return manifests;
  }

  /**
   * The objects of a text.
   *
   * @param source how messages name it
   */
  public static List<Manifest> parse(String text, String source) {
    List<Manifest> manifests = new ArrayList<>();
    documents(text.getBytes(StandardCharsets.UTF_8), source, manifests);
    return manifests;
  }

  private static List<Path> files(Path path, boolean recursive) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> found = Files.walk(path, recursive ? FOLDER_DEPTH_MAX : 1)) {
      List<Path> files =
          found.filter(Files::isRegularFile).filter(Manifests::isManifest).sorted().toList();
      if (files.isEmpty()) {
        throw ClientException.error(
            "error reading [" + path + "]: recognized file extensions are [.json .yaml .yml]");
      }
      return files;
    } catch (IOException e) {
      throw ClientException.error("cannot read " + path + ": " + e.getMessage());
    }
  }

  private static boolean isManifest(Path file) {
    String name = file.toString();
    return name.endsWith(".json") || name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw ClientException.error(
          Files.isReadable(file)
              ? "cannot read " + file + ": " + e.getMessage()
              : "open " + file + ": permission denied");
    }
  }

  private static void documents(byte[] bytes, String source, List<Manifest> manifests) {
    List<Json.Parsed> documents;
    try {
      documents = Yaml.documents(bytes);
    } catch (DecodeException e) {
      throw ClientException.error("error parsing " + source + ": " + e.getMessage());
    }
    for (Json.Parsed document : documents) {
      flatten(document.tree(), source, manifests);
    }
  }

  private static void flatten(JsonNode tree, String source, List<Manifest> manifests) {
    if (!(tree instanceof ObjectNode object)) {
      throw ClientException.error(
          "error parsing " + source + ": the document is no mapping but " + tree.getNodeType());
    }
    Manifest manifest = new Manifest(object, source);
    for (String field : List.of("kind", "apiVersion")) {
      if (object.path(field).asText("").isEmpty()) {
        throw ClientException.error(
            "error validating \"%s\": error validating data: %s not set; if you choose to ignore"
                    .formatted(source, field)
                + " these errors, turn validation off with --validate=false");
      }
    }
    if (manifest.kind().endsWith("List") && object.path("items").isArray()) {
      object.path("items").forEach(item -> flatten(item, source, manifests));
    } else {
      manifests.add(manifest);
    }
  }
}
