package dev.wherry.network.ingress.route;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a user's that cannot keep a thread: looking at more characters than
 * {@link #STEPS_MAX} ends the attempt, and it did not match.
 */
public final class BoundedPattern {
  /** Characters looked at for one attempt; honest expressions need a few times the length. */
  static final int STEPS_MAX = 50_000;

  /** Characters of an expression. */
  static final int TEXT_CHARS_MAX = 1_024;

  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Empty where the text is no expression, or too long. */
  public static Optional<BoundedPattern> of(String text) {
    if (text.length() > TEXT_CHARS_MAX) {
      return Optional.empty();
    }
    try {
      return Optional.of(new BoundedPattern(Pattern.compile(text)));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  public String text() {
    return pattern.pattern();
  }

  /** Whether all of the text matches. */
  public boolean matches(String text) {
    try {
      return pattern.matcher(new Counted(text, 0, text.length(), new int[1])).matches();
    } catch (TooManyStepsException | StackOverflowError e) {
      return false;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BoundedPattern o && o.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }

  private static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyStepsException() {
      super("the expression took too long", null, false, false);
    }
  }

  /** A text that counts how often it is looked at. */
  private static final class Counted implements CharSequence {
    private final String text;
    private final int from;
    private final int to;
    private final int[] steps;

    Counted(String text, int from, int to, int[] steps) {
      this.text = text;
      this.from = from;
      this.to = to;
      this.steps = steps;
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (++steps[0] > STEPS_MAX) {
        throw new TooManyStepsException();
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, from + start, from + end, steps);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
