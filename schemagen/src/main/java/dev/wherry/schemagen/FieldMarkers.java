package dev.wherry.schemagen;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code +marker=value} lines that upstream writes over its types and fields, from the
 * published sources' comments.
 */
final class FieldMarkers {
  private static final String FOLDER = "io/kubernetes/client/proto/";
  private static final Pattern MESSAGE = Pattern.compile("interface_extends:([\\w.]+)\\)");
  private static final Pattern FIELD = Pattern.compile("<code>.*? (\\w+) = [0-9]+;</code>");
  private static final Pattern TYPE = Pattern.compile("Protobuf type \\{@code ([\\w.]+)}");
  private static final Pattern MARKER = Pattern.compile("\\* \\+(\\w+)(?:=(.*))?");

  private static final Pattern COMMENT_END = Pattern.compile("</?pre>|<code>.*|Protobuf type .*|/");

  private final Map<String, Map<String, List<String>>> byField = new HashMap<>();
  private final Map<String, List<String>> comments = new HashMap<>();

  private FieldMarkers() {}

  static FieldMarkers read() throws IOException {
    FieldMarkers markers = new FieldMarkers();
    URL source = FieldMarkers.class.getClassLoader().getResource(FOLDER + "V1.java");
    if (source == null) {
      throw new IOException("the sources of client-java-proto are not on the class path");
    }
    JarURLConnection connection = (JarURLConnection) source.openConnection();
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".java")) {
          try (InputStream in = jar.getInputStream(entry)) {
            markers.scan(new String(in.readAllBytes(), StandardCharsets.UTF_8));
          }
        }
      }
    }
    return markers;
  }

  /**
   * Of fields only the comments of a message's accessor interface are read: each field's comment
   * stands there first. A type's own comment names it.
   */
  private void scan(String source) {
    String message = "";
    Map<String, List<String>> open = new HashMap<>();
    List<String> comment = new ArrayList<>();
    for (String line : source.split("\n")) {
      String text = line.strip();
      Matcher start = MESSAGE.matcher(text);
      if (start.find()) {
        message = start.group(1);
      } else if (text.startsWith("public ") && text.contains(" class ")) {
        message = "";
      }
      Matcher marker = MARKER.matcher(text);
      Matcher field = FIELD.matcher(text);
      Matcher type = TYPE.matcher(text);
      if (text.startsWith("/**")) {
        open = new HashMap<>();
        comment = new ArrayList<>();
      } else if (marker.matches()) {
        String value = marker.group(2) == null ? "" : unescape(marker.group(2).strip());
        open.computeIfAbsent(marker.group(1), name -> new ArrayList<>()).add(value);
      } else if (type.find()) {
        byField.putIfAbsent(type.group(1) + ".", open);
        comments.putIfAbsent(type.group(1) + ".", comment);
      } else if (!message.isEmpty() && field.find()) {
        byField.putIfAbsent(message + "." + field.group(1), open);
        comments.putIfAbsent(message + "." + field.group(1), comment);
      } else if (text.startsWith("*")
          && !COMMENT_END.matcher(text.substring(1).strip()).matches()) {
        // Indentation counts: behind the star stands one space that is not the comment's.
        comment.add(text.substring(Math.min(2, text.length())));
      }
    }
  }

  /** The lines of a field's comment, or, for "", of the message's own; markers left out. */
  List<String> comment(String message, String field) {
    return comments.getOrDefault(message + "." + field, List.of());
  }

  private static String unescape(String text) {
    return text.replace("&quot;", "\"").replace("&amp;", "&").replace("&#64;", "@");
  }

  /**
   * Values of a marker on a field of a message, or, for "", on the message itself; empty when it
   * does not stand there.
   */
  List<String> of(String message, String field, String marker) {
    return byField.getOrDefault(message + "." + field, Map.of()).getOrDefault(marker, List.of());
  }
}
