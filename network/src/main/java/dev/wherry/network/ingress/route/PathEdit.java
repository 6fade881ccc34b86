package dev.wherry.network.ingress.route;

/** What becomes of a request's path. */
public sealed interface PathEdit {
  /** It stays. */
  record Keep() implements PathEdit {
    public static final Keep ALL = new Keep();
  }

  record Whole(String path) implements PathEdit {}

  /** The part that the rule's prefix matched is replaced, as whole elements. */
  record MatchedPrefix(String path) implements PathEdit {}

  /**
   * The path afterwards.
   *
   * @param match by which the rule was found
   */
  default String edit(String path, PathMatch match) {
    return switch (this) {
      case Keep _ -> path;
      case Whole(String whole) -> whole;
      case MatchedPrefix(String prefix) -> {
        int matched = match instanceof PathMatch.Prefix(String given) ? given.length() : 0;
        String rest = path.substring(Math.min(matched, path.length()));
        String start = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        yield start.isEmpty() && rest.isEmpty() ? "/" : start + rest;
      }
    };
  }
}
