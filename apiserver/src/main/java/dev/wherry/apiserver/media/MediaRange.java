package dev.wherry.apiserver.media;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One entry of an {@code Accept} header, such as {@code
 * application/json;as=Table;v=v1;g=meta.k8s.io}.
 *
 * @param type media type in lower case without parameters; may hold {@code *}
 * @param parameters parameters in order, names in lower case, without {@code q}
 * @param quality weight from 0 to 1
 */
public record MediaRange(String type, Map<String, String> parameters, double quality) {
  /** Entries of one header that are looked at; the rest is ignored. */
  public static final int RANGES_MAX = 32;

  /** Any type; what an absent or empty header means. */
  public static final MediaRange ANY = new MediaRange("*/*", Map.of(), 1);

  /** Entries of an {@code Accept} header, heaviest first, then in their order; never empty. */
  public static List<MediaRange> parse(String accept) {
    List<MediaRange> ranges = new ArrayList<>();
    for (String part : accept.split(",", RANGES_MAX + 1)) {
      if (!part.isBlank() && ranges.size() < RANGES_MAX) {
        ranges.add(parseOne(part));
      }
    }
    ranges.removeIf(range -> range.quality <= 0);
    if (ranges.isEmpty() && accept.isBlank()) {
      return List.of(ANY);
    }
    ranges.sort(Comparator.comparingDouble(MediaRange::quality).reversed());
    return List.copyOf(ranges);
  }

  private static MediaRange parseOne(String text) {
    String[] parts = text.split(";", -1);
    Map<String, String> parameters = new LinkedHashMap<>();
    double quality = 1;
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals < 0) {
        continue;
      }
      String name = parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT);
      String value = parts[i].substring(equals + 1).strip().replace("\"", "");
      if (name.equals("q")) {
        quality = weight(value);
      } else {
        parameters.put(name, value);
      }
    }
    return new MediaRange(parts[0].strip().toLowerCase(Locale.ROOT), parameters, quality);
  }

  private static double weight(String text) {
    try {
      return Math.clamp(Double.parseDouble(text), 0, 1);
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  /** A parameter's value, "" when absent. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Whether a body of {@code mediaType} satisfies this entry, parameters aside. */
  public boolean accepts(String mediaType) {
    return type.equals("*/*")
        || type.equals(mediaType)
        || (type.endsWith("/*") && mediaType.startsWith(type.substring(0, type.length() - 1)));
  }
}
