package dev.wherry.apiserver.rest;

import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;

/** What is said of a body whose kind is not the one that its address asks for. */
final class WrongKind {
  private WrongKind() {}

  /** Of a kind that is not served. */
  static String unknown(String apiVersion, String kind) {
    return "no kind \"%s\" is registered for version \"%s\" in scheme".formatted(kind, apiVersion);
  }

  /** Of another kind that is served. */
  static String other(String apiVersion, String kind, KindInfo wanted) {
    String room = wanted.group().isEmpty() ? "core" : wanted.group().replaceFirst("\\..*", "");
    return "converting (%s.%s) to (%s.%s): unknown conversion"
        .formatted(GroupVersion.of(apiVersion).version(), kind, room, wanted.kind());
  }
}
