package dev.wherry.model.schema;

/**
 * What Go's own type of a field adds to its published form (k8s.io/api v0.36 and its siblings).
 *
 * @param typeName as Go prints it in decoding errors: {@code v1.PullPolicy}; "" for what follows
 *     from the published type
 * @param pointer whether absent and zero are two things
 * @param kept whether the zero value is written too
 */
public record GoField(String typeName, boolean pointer, boolean kept) {
  static final GoField PLAIN = new GoField("", false, false);
  static final GoField STRUCTURE = new GoField("", true, false);
  static final GoField REQUIRED = new GoField("", false, true);

  /** Whether a zero value stands for nothing at all. */
  public boolean dropsZero() {
    return !pointer && !kept;
  }
}
