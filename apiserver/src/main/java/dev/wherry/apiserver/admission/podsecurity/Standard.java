package dev.wherry.apiserver.admission.podsecurity;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A level in the form it has in one version.
 *
 * @param minor of Kubernetes 1.x; {@link #LATEST} for the newest
 */
record Standard(Level level, int minor) {
  static final int LATEST = Integer.MAX_VALUE;
  static final Standard PRIVILEGED = new Standard(Level.PRIVILEGED, LATEST);

  private static final Pattern VERSION = Pattern.compile("v1\\.(0|[1-9][0-9]{0,8})");

  /** From the most to the least that is allowed. */
  enum Level {
    PRIVILEGED,
    BASELINE,
    RESTRICTED;

    static Optional<Level> of(String text) {
      for (Level level : values()) {
        if (level.text().equals(text)) {
          return Optional.of(level);
        }
      }
      return Optional.empty();
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The minor version of {@code latest} or {@code v1.x}. */
  static Optional<Integer> minorOf(String text) {
    if (text.equals("latest")) {
      return Optional.of(LATEST);
    }
    Matcher matcher = VERSION.matcher(text);
    return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  Standard with(Level other) {
    return new Standard(other, minor);
  }

  Standard in(int version) {
    return new Standard(level, version);
  }

  boolean isPrivileged() {
    return level == Level.PRIVILEGED;
  }

  @Override
  public String toString() {
    return level.text() + ":" + (minor == LATEST ? "latest" : "v1." + minor);
  }
}
