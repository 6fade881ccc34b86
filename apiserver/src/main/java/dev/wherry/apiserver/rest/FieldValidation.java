package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.schema.StructDecoder;
import java.util.ArrayList;
import java.util.List;

/** What a write makes of fields that are unknown or stand twice (KEP-2885). */
enum FieldValidation {
  IGNORE,
  WARN,
  STRICT;

  static FieldValidation of(String text) {
    return switch (text) {
      case "Ignore" -> IGNORE;
      case "Strict" -> STRICT;
      default -> WARN;
    };
  }

  /**
   * The strict decoder's complaints: unknown fields first, then doubled ones, save those inside
   * unknown fields.
   */
  static List<String> complaints(StructDecoder.Decoded decoded, List<String> doubled) {
    List<String> complaints = new ArrayList<>();
    decoded.unknown().forEach(path -> complaints.add("unknown field \"" + path + "\""));
    for (String path : doubled) {
      String text = "duplicate field \"" + path + "\"";
      boolean inside =
          decoded.unknown().stream()
              .anyMatch(
                  u -> path.equals(u) || path.startsWith(u + ".") || path.startsWith(u + "["));
      if (!inside && !complaints.contains(text) && complaints.size() < StructDecoder.UNKNOWN_MAX) {
        complaints.add(text);
      }
    }
    return complaints;
  }

  /** Of a custom resource: doubled fields first, then unknown ones. */
  static List<String> customComplaints(CustomForms.Decoded decoded, List<String> doubled) {
    List<String> complaints = new ArrayList<>();
    doubled.stream().distinct().forEach(path -> complaints.add("duplicate field \"" + path + "\""));
    decoded.unknown().forEach(path -> complaints.add("unknown field \"" + path + "\""));
    return complaints.subList(0, Math.min(complaints.size(), StructDecoder.UNKNOWN_MAX));
  }

  /** The sentence in which a strict decoder refuses. */
  static String refusal(List<String> complaints) {
    return "strict decoding error: " + String.join(", ", complaints);
  }

  /** Tells complaints as warnings where they are asked for. */
  void warn(Exchange exchange, List<String> complaints) {
    if (this == WARN) {
      complaints.forEach(exchange::warn);
    }
  }
}
