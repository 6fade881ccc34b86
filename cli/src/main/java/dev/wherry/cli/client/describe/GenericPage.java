package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Any other kind: all its fields with their names as words. */
final class GenericPage {
  private static final Set<String> SKIPPED =
      Set.of(
          ".metadata.managedFields",
          ".metadata.name",
          ".metadata.namespace",
          ".metadata.labels",
          ".metadata.annotations");
  private static final Set<String> ACRONYMS = Set.of("API", "URL", "UID", "OSB", "GUID");

  private GenericPage() {}

  static void describe(JsonNode object, Page page, Surroundings around) {
    page.field(0, "Name", object.path("metadata").path("name").asText());
    page.field(0, "Namespace", object.path("metadata").path("namespace").asText(""));
    Multiline.metadata(page, object);
    fields(page, 0, object, "");
    around.events(page, object);
  }

  private static void fields(Page page, int level, JsonNode object, String path) {
    TreeMap<String, JsonNode> sorted = new TreeMap<>();
    object.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    sorted.forEach((name, value) -> {
      String here = path + "." + name;
      if (SKIPPED.contains(here)) {
        return;
      }
      if (value.isObject()) {
        page.line(level, label(name) + ":");
        fields(page, level + 1, value, here);
      } else if (value.isArray()) {
        page.line(level, label(name) + ":");
        for (JsonNode item : value) {
          if (item.isObject()) {
            fields(page, level + 1, item, here);
          } else {
            page.line(level + 1, dev.wherry.cli.client.print.GoText.of(item));
          }
        }
      } else {
        page.field(level, label(name), dev.wherry.cli.client.print.GoText.of(value));
      }
    });
  }

  /** {@code leaseDurationSeconds} becomes {@code Lease Duration Seconds}. */
  static String label(String field) {
    for (int i = 0; i < field.length(); i++) {
      if (!Character.isLetter(field.charAt(i)) && field.charAt(i) != '-') {
        return field;
      }
    }
    List<String> words = new ArrayList<>();
    for (String part : parts(field)) {
      String upper = part.toUpperCase(Locale.ROOT);
      if (ACRONYMS.contains(upper)) {
        words.add(upper);
      } else if (part.equals(part.toLowerCase(Locale.ROOT))) {
        words.add(upper.charAt(0) + part.substring(1));
      } else {
        words.add(part);
      }
    }
    return String.join(" ", words);
  }

  /** Runs of upper case are a word of their own but for their last letter. */
  private static List<String> parts(String field) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= field.length(); i++) {
      if (i == field.length() || boundary(field, i)) {
        parts.add(field.substring(from, i));
        from = i;
      }
    }
    return parts;
  }

  private static boolean boundary(String field, int i) {
    char before = field.charAt(i - 1);
    char at = field.charAt(i);
    @Nullable Character next = i + 1 < field.length() ? field.charAt(i + 1) : null;
    if (Character.isLetter(before) != Character.isLetter(at)) {
      return true;
    }
    if (Character.isLowerCase(before) && Character.isUpperCase(at)) {
      return true;
    }
    return Character.isUpperCase(before)
        && Character.isUpperCase(at)
        && next != null
        && Character.isLowerCase(next);
  }
}
