package dev.wherry.cli.client.create;

import dev.wherry.cli.client.failure.ClientException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What {@code --from-literal}, {@code --from-file} and {@code --from-env-file} put together. */
public final class DataFlags {
  private static final String KEY = "[-._a-zA-Z0-9]{1,253}";

  private final Map<String, byte[]> data = new TreeMap<>();

  /** {@code key=value}; quotes around the value are dropped. */
  public void literals(List<String> literals) {
    for (String literal : literals) {
      int equals = literal.indexOf('=');
      if (equals <= 0) {
        throw ClientException.error("invalid literal source " + literal + ", expected key=value");
      }
      String value = literal.substring(equals + 1);
      boolean quoted =
          value.length() >= 2
              && (value.startsWith("\"") && value.endsWith("\"")
                  || value.startsWith("'") && value.endsWith("'"));
      String plain = quoted ? value.substring(1, value.length() - 1) : value;
      put(literal.substring(0, equals), plain.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** {@code path}, {@code key=path}, or a folder whose files become keys. */
  public void files(List<String> sources) {
    for (String source : sources) {
      int equals = source.indexOf('=');
      Path path = Path.of(source.substring(equals + 1));
      if (Files.isDirectory(path) && equals >= 0) {
        throw ClientException.error("cannot give a key name for a directory path");
      }
      if (Files.isDirectory(path)) {
        folder(path);
      } else {
        String name = String.valueOf(path.getFileName());
        put(equals < 0 ? name : source.substring(0, equals), bytes(path));
      }
    }
  }

  private void folder(Path folder) {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.list(folder)) {
      found.filter(Files::isRegularFile).sorted().forEach(files::add);
    } catch (IOException e) {
      throw ClientException.error("error listing files in " + folder + ": " + e.getMessage());
    }
    files.forEach(file -> put(String.valueOf(file.getFileName()), bytes(file)));
  }

  /** Lines of {@code KEY=VALUE}; comments and empty lines are passed over. */
  public void environmentFiles(List<String> paths, Map<String, String> environment) {
    for (String path : paths) {
      for (String line : new String(bytes(Path.of(path)), StandardCharsets.UTF_8).split("\r?\n")) {
        String text = line.stripLeading();
        if (text.isEmpty() || text.startsWith("#")) {
          continue;
        }
        int equals = text.indexOf('=');
        String key = equals < 0 ? text : text.substring(0, equals);
        String value = equals < 0 ? environment.getOrDefault(key, "") : text.substring(equals + 1);
        put(key, value.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw ClientException.error(
          "error reading "
              + path
              + (Files.exists(path) ? ": " + e.getMessage() : ": no such file or directory"));
    }
  }

  private void put(String key, byte[] value) {
    if (!key.matches(KEY) || key.equals(".") || key.equals("..")) {
      throw ClientException.error(
          "\"%s\" is not a valid key name: a valid config key must consist of alphanumeric"
                  .formatted(key)
              + " characters, '-', '_' or '.'");
    }
    if (data.putIfAbsent(key, value) != null) {
      throw ClientException.error(
          "cannot add key \"" + key + "\", another key by that name already exists");
    }
  }

  /** Sorted by key. */
  public Map<String, byte[]> data() {
    return java.util.Collections.unmodifiableMap(data);
  }

  /** The text of bytes that are UTF-8. */
  public static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
